"""Accounts of two managers with an address and a number, for tests of visits."""

from datetime import date, datetime, timedelta

import pytz

from odoo import fields

from .client_case import ClientCase


class VisitCase(ClientCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.kim | cls.lou | cls.hal).tz = "Europe/Berlin"
        cls.company.resource_calendar_id.tz = "Europe/Berlin"
        cls.today = cls.company._kam_today()
        cls.acme.write(
            {
                "city": "Berlin",
                "street": "Market 1",
                "phone": "+49 30 901820",
                "country_id": cls.env.ref("base.de").id,
            }
        )
        # since before the days that tests freeze
        since = (date(2020, 1, 1) - cls.today).days
        cls.account = cls.designate(cls.acme, cls.kim, days=since)
        cls.other = cls.designate(cls.bolt, cls.lou, days=since, letter="B")
        cls.Visit = cls.env["kam.visit"]

    @classmethod
    def at(cls, days, hour, zone="Europe/Berlin"):
        """Return a moment of a day from today, as Odoo stores it."""
        local = datetime.combine(cls.day(days), datetime.min.time())
        local = pytz.timezone(zone).localize(local + timedelta(hours=hour))
        return fields.Datetime.to_string(local.astimezone(pytz.utc))

    @classmethod
    def plan(cls, days=0, hour=10, account=None, user=None, kind=None):
        user = user or cls.kim
        account = account or cls.account
        return cls.Visit.with_user(user).browse(
            cls.Visit.with_user(user).plan(account.id, cls.at(days, hour), kind=kind)
        )
