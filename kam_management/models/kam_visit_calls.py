"""Calls: whom to call today in order of importance, and what came of it."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..kam_core import calls
from ..kam_core.visits import account_cadence
from ..kam_core.visits import visit as visits
from ..kam_core.visits import week as weeks
from .kam_given import Given, now

SHOWN = 40
TIMES = 3  # proposed, after nobody answered
MONTHS = 12
PROMISE_DAYS = 60  # a promise broken longer ago has been talked about


class KamVisit(models.Model):
    _inherit = "kam.visit"

    # -------------------------------------------------------------------- list
    @api.model
    @api.readonly
    def call_list(self, day=None, user_id=None):
        """Return whom a manager calls on a day, the most important first.

        Calls planned for the day or left from before come with their time; besides
        them accounts whose contact is due, that owe, promised to pay, or have a step
        planned. Who is visited or was called on the day is left out.

        :param day: ``YYYY-MM-DD``; left out: today where the manager is
        :param user_id: id of the manager; left out: the caller
        :return: list of dicts ``key``, ``visit_id`` and ``version`` (of a planned
            call), ``account_id``, ``account``, ``class``, ``importance``, ``reasons``
            (``{code, …}``), ``phones``, ``attempts``, ``behalf``
        """
        self.check_access("read")
        user = self._screen_user(user_id)
        today = user._kam_user_today()
        day = Given(self.env).date(self.env._("Day"), day) or today
        start, stop = self._day_window(day, user)
        users = self._worked_by(user)
        planned = self._planned_calls(users, start, stop, day == today)
        accounts = planned.account_id
        if day == today:  # what is due is due today
            accounts |= self._accounts_to_call(users, start, stop)
        signals = self._call_signals(accounts, day)
        rows = self._call_rows(accounts, planned, signals, user)
        rows.sort(key=lambda one: (-one["importance"], one["account_id"], one["key"]))
        return rows[:SHOWN]

    def _planned_calls(self, users, start, stop, late):
        domain = [
            ("user_id", "in", users),
            ("is_call", "=", True),
            ("state", "in", visits.OPEN),
            ("planned_start", "<", stop),
        ]
        if not late:
            domain.append(("planned_start", ">=", start))
        return self.search(domain, order="planned_start, id")

    def _accounts_to_call(self, users, start, stop):
        """Return the accounts of the managers that may need a call today."""
        accounts = self.env["kam.account"].search(
            [
                ("is_mine", "=", True),
                ("user_id", "in", users),
                ("status", "in", ["key", "prospect"]),
            ]
        )
        met = self.search_fetch(
            [
                ("account_id", "in", accounts.ids),
                "|",
                "&",
                ("state", "in", visits.OPEN),
                "&",
                ("planned_start", ">=", start),
                ("planned_start", "<", stop),
                "&",
                ("state", "=", "done"),
                "&",
                ("finished_at", ">=", start),
                ("finished_at", "<", stop),
            ],
            ["account_id"],
        ).account_id
        # a call to try again later is awaited; it comes back at its time
        awaited = self.search_fetch(
            [
                ("account_id", "in", accounts.ids),
                ("state", "in", visits.OPEN),
                ("is_call", "=", True),
                ("planned_start", ">=", stop),
            ],
            ["account_id"],
        ).account_id
        return accounts - met - awaited

    def _call_signals(self, accounts, day):
        """Return {account id: :class:`calls.Signals`}; a fixed number of queries."""
        weights = self.env["kam.cadence"]._of_company(self.env.company.root_id)
        steps = self._steps_due(accounts, day)
        promises, broken = self._promises_due(accounts, day)
        return {
            one.id: calls.Signals(
                weight=weights.get(one.account_class, (None, Decimal(1)))[1],
                cadence_ratio=_decimal(one.visit_overdue_ratio),
                overdue=_decimal(one.overdue),
                monthly_sales=_decimal(one.net_sales) / MONTHS,
                promises=promises[one.id],
                broken=broken[one.id],
                steps=steps[one.id],
            )
            for one in accounts
        }

    def _steps_due(self, accounts, day):
        rows = self.env["mail.activity"].search_fetch(
            [
                ("res_model", "=", "kam.account"),
                ("res_id", "in", accounts.ids),
                ("date_deadline", "<=", day),
            ],
            ["res_id"],
        )
        return Counter(rows.mapped("res_id"))

    def _promises_due(self, accounts, day):
        """Return ({account id: promises due}, {account id: promises broken})."""
        due, broken = Counter(), Counter()
        promises = self.env["kam.promise"]
        if not promises.has_access("read"):
            return due, broken
        by_customer = {(one.partner_id, one.company_id): one for one in accounts}
        found = promises.search(
            [
                ("partner_id", "in", accounts.partner_id.ids),
                ("withdrawn_on", "=", False),
                ("date_promised", "<=", day),
                ("date_promised", ">=", day - timedelta(days=PROMISE_DAYS)),
            ]
        )
        for one in found:
            account = by_customer.get((one.partner_id, one.company_id.root_id))
            if account and one.state in ("open", "part"):
                due[account.id] += 1
            elif account and one.state == "broken" and account.overdue > 0:
                broken[account.id] += 1
        return due, broken

    def _call_rows(self, accounts, planned, signals, user):
        phones = self._phones_of(accounts, {one.id: one.contact_id for one in planned})
        rows = []
        for one in planned:
            weighed = calls.importance(signals[one.account_id.id])
            rows.append(
                {
                    **self._call_row(one.account_id, signals[one.account_id.id]),
                    "key": f"visit-{one.id}",
                    "visit_id": one.id,
                    "version": one.event_version,
                    # what was planned comes before what is merely due
                    "importance": float(weighed + calls.PLANNED),
                    "attempts": one.attempts,
                    "phones": phones(one.account_id, one.contact_id),
                    "behalf": self._behalf_words(one.user_id, user),
                }
            )
            rows[-1]["reasons"].insert(
                0,
                {
                    "code": "planned",
                    "at": fields.Datetime.to_string(one.planned_start),
                },
            )
        rows += [
            {
                **self._call_row(one, signals[one.id]),
                "key": f"account-{one.id}",
                "phones": phones(one, self.env["res.partner"]),
                "behalf": self._behalf_words(one.user_id, user),
            }
            for one in accounts - planned.account_id
            if calls.importance(signals[one.id])
        ]
        return rows

    def _behalf_words(self, manager, user):
        # sudo: the name of the colleague for whom one stands in
        return "" if manager == user or not manager else manager.sudo().name

    def _call_row(self, account, signal):
        return {
            "visit_id": False,
            "version": None,
            "account_id": account.id,
            "account": account.partner_id.display_name,
            "class": account.account_class or "",
            "importance": float(calls.importance(signal)),
            "attempts": 0,
            "reasons": self._call_reasons(account, signal),
        }

    def _call_reasons(self, account, signal):
        found = []
        if signal.overdue > 0:
            found.append(
                {
                    "code": "overdue",
                    "amount": float(signal.overdue),
                    "currency_id": account.currency_id.id,
                }
            )
        found += [
            {"code": code}
            for code in ("broken", "promises", "steps")
            if getattr(signal, code)
        ]
        if signal.cadence_ratio >= 1:
            ratio = float(round(signal.cadence_ratio, 1))
            found.append({"code": "cadence", "ratio": ratio})
        return found

    # ------------------------------------------------------------------ result
    @api.model
    def log_call(
        self,
        account_id,
        visit_id=None,
        outcome=None,
        note=None,
        again_at=None,
        expected_version=None,
        command_id=None,
    ):
        """Record a call: what came of it, or when to try again.

        :param account_id: id of the key account that was called
        :param visit_id: id of the planned call; left out: one that nobody planned
        :param outcome: a code of outcomes; left out when nobody answered
        :param note: what was said
        :param again_at: nobody answered: when to try again, UTC
        :param expected_version: refuse when the planned call has changed since
        :param command_id: UUID chosen by the caller; the same again changes nothing
        :return: id of the call
        :raises UserError: neither an outcome nor a time to try again, or both
        """
        _, given = self.env._, Given(self.env)
        account = self.env["kam.account"].browse(given.id(_("Account"), account_id))
        visit = self.browse(given.id(_("Call"), visit_id) or ())
        if bool(outcome) == bool(again_at):
            raise UserError(
                _("Say either what came of the call, or when to try again.")
            )
        request = ["log_call", account_id, visit_id, outcome, note, again_at]

        def action(model):
            call = model._call_of(account, visit, again_at)
            if outcome:
                call.finish(outcome, note, expected_version=expected_version)
            else:
                call.no_answer(again_at, expected_version)
            return call.id

        return self._once(command_id, [*request, expected_version], action)

    def _call_of(self, account, visit, again_at):
        """Return the planned call, or make the one that took place just now."""
        if visit:
            if visit.exists().account_id != account:
                raise UserError(
                    self.env._("“Call” is of another account; reload the list.")
                )
            return visit
        account.check_access("read")
        kind = self.env["kam.visit.kind"].search([("is_call", "=", True)], limit=1)
        if not kind:
            raise UserError(
                self.env._(
                    "There is no kind of visits that is a call. Make one in"
                    " Configuration → Kinds of visits."
                )
            )
        begun = now().replace(tzinfo=None)
        return self.create(
            {
                "account_id": account.id,
                "kind_id": kind.id,
                "user_id": self._caller(account).id,
                "planned_start": begun,
                "planned_stop": begun + timedelta(minutes=kind.duration_minutes or 15),
                "off_plan_kind": "debt" if account.overdue > 0 else "own",
            }
        )

    def _caller(self, account):
        """Return whose call it is: of the one stood in for, else of the caller."""
        users = self._worked_by(self.env.user)
        lead = account.user_id
        return lead if lead.id in users else self.env.user

    # ------------------------------------------------------------------- again
    @api.model
    @api.readonly
    def call_again_times(self, account_id, visit_id=None):
        """Propose when to call again a customer who did not answer.

        :param account_id: id of the key account
        :param visit_id: id of the planned call, whose attempts are counted
        :return: list of at most three moments, UTC, within the hours in which the
            account receives and the manager works, the earliest first
        """
        _, given = self.env._, Given(self.env)
        account = self.env["kam.account"].browse(given.id(_("Account"), account_id))
        visit = self.browse(given.id(_("Call"), visit_id) or ())
        account.check_access("read")
        visit.check_access("read")
        asked_at = now()
        hours = self._hours_to_call(account.exists(), asked_at)
        length = timedelta(minutes=15)
        attempts = (visit.exists().attempts or 0) + 1
        times = {
            calls.retry_at(asked_at, attempts + more, hours, length)
            for more in range(TIMES)
        } - {None}
        return [_text(one) for one in sorted(times)]

    def _hours_to_call(self, account, asked_at):
        """Return when the account receives and its manager works, next ten days."""
        user = self._caller(account)
        zone = user._kam_zone()
        week = self.env["kam.week"]
        free = []
        for ahead in (0, 7):
            day = user._kam_user_today() + timedelta(days=ahead)
            [manager] = week._free_managers(weeks.monday_of(day), user)
            free += manager.free
        return calls.meet(_joined(free), self._allowed(account, asked_at, zone))

    def _allowed(self, account, asked_at, zone):
        """Return the hours in which an account receives, of the next two weeks."""
        habits = self.env["kam.account.cadence"].search(
            [("account_id", "=", account.id)], limit=1
        )
        state = habits._state() if habits else account_cadence.AccountCadence()
        opens, closes = account_cadence.hours(state)
        name = pytz.timezone(zone)
        first = asked_at.astimezone(name).date()
        return [
            tuple(_moment(day, hour, name) for hour in (opens, closes))
            for day in (first + timedelta(days=n) for n in range(14))
            if getattr(state, account_cadence.WEEKDAYS[day.weekday()])
        ]


def _decimal(value):
    return Decimal(str(value or 0))


def _text(moment):
    return fields.Datetime.to_string(moment.replace(tzinfo=None))


def _moment(day, hour, zone):
    """Return the moment of an hour of a day, 24 being the midnight that ends it."""
    midnight = fields.Datetime.to_datetime(day)
    local = midnight + timedelta(minutes=int(hour * 60))
    return zone.localize(local).astimezone(pytz.utc)


def _joined(intervals):
    """Return intervals in order, each moment once: two weeks share a day."""
    out = []
    for start, stop in sorted(intervals):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(stop, out[-1][1]))
        else:
            out.append((start, stop))
    return out
