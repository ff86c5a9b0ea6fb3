"""History of key accounts: what happened, when it was true and when it was known."""

import pytz

from odoo import models
from odoo.fields import Domain

from ..kam_sheets.sheet import INTEGER, MOMENT, Column, Sheet

TABS = 30  # accounts that get a tab of their own


class KamHistoryXlsx(models.AbstractModel):
    _name = "report.kam_management_reports.history_xlsx"
    _inherit = "kam.workbook"
    _description = "History of key accounts as a workbook"
    _code = "history"
    _asks = ("period", "user_ids", "account_ids")
    _groups = (
        "kam_management.group_kam_user,kam_management.group_kam_credit,"
        "kam_management.group_kam_support"
    )
    _usual = {"period": "this_year"}

    def _title(self):
        return self.env._("History of key accounts")

    def _note(self):
        return self.env._("What was recorded in the period, of each key account.")

    def _accounts(self, objs, asked):
        """Return the accounts asked for, else all that the reader may see."""
        if objs:
            return objs
        if asked.account_ids and not asked.user_ids:
            return asked.account_ids
        domain = Domain.TRUE
        if asked.user_ids:
            domain &= Domain("user_id", "in", asked.user_ids.ids)
        if asked.account_ids:
            domain &= Domain("id", "in", asked.account_ids.ids)
        return self.env["kam.account"].search(domain)

    def _size(self, objs, asked):
        keys = self._accounts(objs, asked).mapped("event_key")
        heads = self.env["kam.event.store"]._heads("kam.account", keys)
        return sum(heads.values())

    def _book(self, objs, asked):
        _ = self.env._
        accounts = self._accounts(objs, asked)
        company = accounts[:1].company_id or self.env.company
        events = self._events(accounts, None if objs else asked)
        facts = [
            *self._print_facts(company, None if objs else asked),
            (_("Times"), self.env.user.tz or "UTC"),
        ]
        if len(accounts) <= TABS and (objs or asked.account_ids):
            sheets = [self._sheet(one, events[one], facts) for one in accounts]
        else:
            sheets = [self._together(accounts, events, facts)]
        return self._make_book(self._title(), company, sheets)

    def _events(self, accounts, asked):
        """Return {account: its events in words, oldest first}; few queries for all.

        :param asked: only what was recorded in its period; None: everything
        """
        found = {account: [] for account in accounts}
        for company in accounts.company_id:
            some = accounts.filtered(lambda one, c=company: one.company_id == c)
            whose, steps = [], []
            for account, step in self._steps(some, asked):
                whose.append(account)
                steps.append(step)
            told = some[0]._describe_steps(steps) if steps else []
            for account, event in zip(whose, told, strict=True):
                found[account].append(event)
        return found

    def _steps(self, accounts, asked):
        """Yield (account, step) of the log, in the order recorded for each."""
        by_key = {one.event_key: one for one in accounts}
        rows = self.env["kam.event.store"]._read_log("kam.account", list(by_key))
        read_text = accounts._text_reader(
            [(*[None] * 5, row["payload"], row["confidential"]) for row in rows]
        )
        begin = end = None
        if asked:
            zone = self.env.user.tz or "UTC"
            begin = self._start_of(asked.date_from, zone)
            end = self._start_of(asked.date_to, zone, 1)
        states = {}
        for row in rows:
            event = accounts._from_log(
                row["type"],
                row["schema"],
                row["payload"],
                row["confidential"],
                read_text,
            )
            before = states.get(row["key"])
            after = states[row["key"]] = accounts._core.evolve(before, event)
            moment = row["recorded_at"].astimezone(pytz.utc).replace(tzinfo=None)
            if begin is None or begin <= moment < end:
                yield by_key[row["key"]], (row, event, before, after)

    # --------------------------------------------------------------------- sheets
    def _columns(self):
        _ = self.env._
        return [
            Column(_("No."), INTEGER),
            Column(_("What happened"), width=26),
            Column(_("True since"), MOMENT),
            Column(_("Recorded"), MOMENT),
            Column(_("By"), width=22),
            Column(_("On behalf of"), width=22),
            Column(_("Reason"), width=40),
            Column(_("What changed"), width=60),
        ]

    def _sheet(self, account, events, facts):
        _ = self.env._
        return Sheet(
            name=account.display_name,
            title=_("History of %s", account.display_name),
            facts=[*facts, (_("Events"), str(len(events)))],
            columns=self._columns(),
            rows=[self._row(event) for event in events],
        )

    def _together(self, accounts, events, facts):
        _ = self.env._
        rows = [
            (account.display_name, *self._row(event))
            for account in accounts
            for event in events[account]
        ]
        return Sheet(
            name=self._title(),
            title=self._title(),
            facts=[*facts, (_("Events"), str(len(rows)))],
            columns=[Column(_("Customer")), *self._columns()],
            rows=rows,
        )

    def _row(self, event):
        return (
            event["version"],
            event["title"],
            self._local(event["effective_at"]),
            self._local(event["recorded_at"]),
            event["actor"],
            event["behalf"],
            "\n".join(f"{one['label']}: {one['value']}" for one in event["notes"]),
            "\n".join(
                f"{one['label']}: {one['old'] or '…'} → {one['new'] or '…'}"
                for one in event["changes"]
            ),
        )
