"""What *My day* shows: one call, a fixed number of queries."""

from datetime import timedelta
from urllib.parse import quote_plus

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ..kam_core.visits import adherence, kinds
from ..kam_core.visits import visit as visits
from .kam_given import Given

PHONES = 4  # of the contact, the customer, then its other people
MAP = "https://www.openstreetmap.org/search?query=%s"
LATE_SHOWN = 20
MISSED_DAYS = 7  # so long it is asked what came of a visit that counts as missed


class KamVisit(models.Model):
    _inherit = "kam.visit"

    # --------------------------------------------------------------------- day
    @api.model
    @api.readonly
    def screen_day(self, day=None, user_id=None):
        """Return what *My day* shows of a day where the manager is.

        :param day: ``YYYY-MM-DD``; left out: today in the manager's time zone
        :param user_id: id of the manager; left out: the caller
        :return: dict

            - ``day``, ``today``, ``user`` (``id``, ``name``), ``may_plan``
            - ``visits``: cards in order of time, calls apart from the rest; each has
              ``id``, ``version``, ``account_id``, ``start``, ``stop`` (UTC), ``state``,
              ``plan_status``, ``asks`` (fields its kind wants), ``phones``, ``map``,
              ``address``, ``overdue`` (company currency, with tax), ``behalf``
            - ``late``: cards of earlier days that nobody told of yet, and those of a
              week that count as missed: telling closes them
            - ``calls``: as :meth:`call_list`
            - ``outcomes``, ``call_outcomes``: (code, words); ``steps``: what can come
              next
        """
        self.check_access("read")
        user = self._screen_user(user_id)
        today = user._kam_user_today()
        day = Given(self.env).date(self.env._("Day"), day) or today
        start, stop = self._day_window(day, user)
        mine = Domain("user_id", "in", self._worked_by(user))
        mine &= Domain("is_call", "=", False)
        found = self.search(
            [
                *mine,
                ("planned_start", ">=", start),
                ("planned_start", "<", stop),
                ("state", "!=", "cancelled"),
            ],
            order="planned_start, id",
        )
        late = self.browse()
        if day == today:
            late = self.search(
                [
                    *mine,
                    ("planned_start", "<", start),
                    "|",
                    ("state", "in", visits.OPEN),
                    "&",
                    ("state", "=", "missed"),
                    ("planned_start", ">=", start - timedelta(days=MISSED_DAYS)),
                ],
                order="planned_start desc, id desc",
                limit=LATE_SHOWN,
            )
        cards = {one["id"]: one for one in (late | found)._cards(user)}
        return {
            "day": fields.Date.to_string(day),
            "today": fields.Date.to_string(today),
            "user": {"id": user.id, "name": user.name},
            "may_plan": self.has_access("create"),
            "visits": [cards[one] for one in found.ids],
            "late": [cards[one] for one in late.ids],
            "calls": self.call_list(fields.Date.to_string(day), user.id),
            **self._finish_choices(),
        }

    def _screen_user(self, user_id):
        """Return the manager whose plan is shown; refuse those of strangers."""
        user_id = Given(self.env).id(self.env._("Key account manager"), user_id)
        user = self.env["res.users"].browse(user_id or self.env.uid)
        user._kam_check_user()
        if user != self.env.user and user not in self._plan_users():
            raise AccessError(
                self.env._(
                    "You see your own plan, those of your team, and of whom you stand"
                    " in for."
                )
            )
        return user

    @api.model
    def _plan_users(self):
        """Return the users whose weeks the caller may see, the caller first."""
        users = self.env["res.users"]
        weeks_of = self.env["kam.week"]
        if self.env.user.has_group("kam_management.group_kam_director"):
            manager = self.env.ref("kam_management.group_kam_user")
            others = users.search(
                [
                    ("all_group_ids", "in", manager.ids),
                    ("share", "=", False),
                    ("company_ids", "in", self.env.companies.ids),
                ]
            )
        else:
            rows = self.env.execute_query(weeks_of._managed_users())
            # sudo: names of one's own team, and of whom one stands in for
            others = users.sudo().browse([one for (one,) in rows]).filtered("active")
        others = others.sorted(lambda one: (one.name or "", one.id))
        return self.env.user | others.sudo(False)

    def _worked_by(self, user):
        """Return ids of the users whose visits ``user`` makes today: own, stood in."""
        if user != self.env.user:
            return user.ids
        standing_in = self.env["kam.delegation"]._standing_in()
        return [user.id, *(absent_id for absent_id, *_rest in standing_in)]

    def _day_window(self, day, user):
        """Return [from, to) of a day where the user is, as Odoo stores moments."""
        zone = user._kam_zone()
        start, _week = adherence.week_window(day, zone)
        stop, _week = adherence.week_window(day + timedelta(days=1), zone)
        return start.replace(tzinfo=None), stop.replace(tzinfo=None)

    # ------------------------------------------------------------------- cards
    def _cards(self, user):
        """Return the visits as dicts, in their order; fixed number of queries."""
        writable = set(self._filtered_access("write").ids)
        phones = self._phones_of(self.account_id, {v.id: v.contact_id for v in self})
        return [
            {
                **one._card(user),
                "version": one.event_version,
                "may_write": one.id in writable,
                "phones": phones(one.account_id, one.contact_id),
                "contacts": [
                    {"id": person.id, "name": person.name or ""}
                    for person in one.partner_id.child_ids
                    if not person.is_company
                ],
            }
            for one in self
        ]

    def _card(self, user):
        account, kind = self.account_id, self.kind_id
        address = self.place or self._address()
        return {
            "id": self.id,
            "account_id": account.id,
            "account": account.partner_id.display_name,
            "class": account.account_class or "",
            "kind": kind.name,
            "icon": kind.icon,
            "asks": [field for flag, field in kinds.ASKS.items() if kind[flag]],
            "is_call": kind.is_call,
            "state": self.state,
            "plan_status": self.plan_status,
            "start": fields.Datetime.to_string(self.planned_start),
            "stop": fields.Datetime.to_string(self.planned_stop),
            "subject": self.subject or "",
            "place": self.place or account.partner_id.city or "",
            "town": account.partner_id.city or "",
            "address": address,
            "map": MAP % quote_plus(address) if address else "",
            "contact_id": self.contact_id.id,
            "topic": self.topic or "",
            "material": self.material or "",
            "participants": self.participants,
            "outcome": self.outcome or False,
            "result": self.result or "",
            "next_due": self._follow_up_day(),
            "overdue": account.overdue,
            "behalf": "" if self.user_id == user else self.user_id.sudo().name,
        }  # sudo: the name of the colleague whose visit it is

    def _address(self):
        partner = self.partner_id
        parts = (partner.street, partner.zip, partner.city, partner.country_id.name)
        return ", ".join(one for one in parts if one) if partner.city else ""

    def _follow_up_day(self):
        """Return the day that the cadence proposes for the next visit."""
        days = self.account_id.visit_interval_days or 14
        today = self.env.user._kam_user_today()
        return fields.Date.to_string(today + timedelta(days=days))

    @api.model
    def _phones_of(self, accounts, contacts):
        """Return a function (account, contact) -> numbers to dial, the best first.

        :param contacts: {key: contact}, so that all are read at once
        """
        people = accounts.partner_id | accounts.partner_id.child_ids
        for contact in contacts.values():
            people |= contact
        people.mapped("phone")

        def phones(account, contact):
            partner = account.partner_id
            found, seen = [], set()
            for person in (contact, partner, *partner.child_ids.sorted("id")):
                if person.phone and person.phone not in seen and len(found) < PHONES:
                    seen.add(person.phone)
                    found.append(person._kam_phone_link())
            return found

        return phones

    @api.model
    def _finish_choices(self):
        words = self._fields["outcome"]._description_selection(self.env)
        return {
            "outcomes": words,
            "call_outcomes": [one for one in words if one[0] != "not_met"],
            "steps": self._next_steps(),
        }
