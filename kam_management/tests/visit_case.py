"""A manager with accounts, and weeks to come, for the tests of visits."""

from datetime import datetime, time, timedelta

from odoo.tests import new_test_user

GROUP = "kam_management.group_kam_"


class VisitCase:
    """Mixed into a test case: anna owns two accounts, helen heads, ben has none."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name, group in (("anna", "user"), ("ben", "user"), ("helen", "head")):
            user = new_test_user(
                cls.env, f"visit_{name}", groups=GROUP + group, tz="Europe/Berlin"
            )
            setattr(cls, name, user)
        cls.team = cls.env["crm.team"].create(
            {
                "name": "Visits",
                "user_id": cls.helen.id,
                "member_ids": [(4, cls.anna.id), (4, cls.ben.id)],
            }
        )
        cls.account = cls.new_account("Alder")
        cls.other = cls.new_account("Birch")
        cls.visits = cls.env["kam.visit"].with_user(cls.anna)
        cls.weeks = cls.env["kam.week"].with_user(cls.anna)
        today = cls.anna._kam_user_today()
        # Monday of next week: nothing in it is over, whatever the day of the test
        cls.monday = today + timedelta(days=7 - today.weekday())

    @classmethod
    def new_account(cls, name, letter="A", owner=None, **partner):
        partner = cls.env["res.partner"].create(
            {"name": name, "is_company": True, "city": "Berlin", **partner}
        )
        ids = (
            cls.env["kam.account"]
            .with_user(cls.helen)
            .designate(
                partner.ids,
                letter,
                "Large",
                "2026-01-01",
                [{"user_id": (owner or cls.anna).id}],
            )
        )
        return cls.env["kam.account"].with_user(owner or cls.anna).browse(ids)

    @classmethod
    def at(cls, day, hour=9, minute=0):
        """Return a moment of next week, UTC, naive; day 0 is Monday."""
        return datetime.combine(cls.monday + timedelta(days=day), time(hour, minute))

    def visit(self, day=0, hour=9, account=None, **vals):
        return self.visits.create(
            {
                "account_id": (account or self.account).id,
                "planned_start": self.at(day, hour),
                **vals,
            }
        )

    def commit(self):
        return self.weeks.browse(self.weeks.commit(None, self.monday.isoformat()))

    def types(self, record):
        return [one["type"] for one in record.kam_history()["events"]]
