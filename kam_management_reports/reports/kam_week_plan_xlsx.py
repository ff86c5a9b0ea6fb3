"""The week plan: where a manager goes, day by day, and who is due and left out."""

from odoo import models
from odoo.fields import Domain

from ..kam_sheets.sheet import (
    DATE,
    DECIMAL,
    INTEGER,
    MOMENT,
    Column,
    Control,
    Sheet,
    grouped,
)


class KamWeekPlanXlsx(models.AbstractModel):
    _name = "report.kam_management_reports.week_plan_xlsx"
    _inherit = "kam.week.workbook"
    _description = "Week plan of visits as a workbook"
    _code = "week_plan"
    _usual = {"period": "next_week"}

    def _title(self):
        return self.env._("Week plan of visits")

    def _note(self):
        return self.env._(
            "Visits and calls day by day, to print and take along, and the accounts"
            " that are due and have none."
        )

    def _book(self, weeks, asked):
        visits = self._visits(
            self._domain(weeks, asked) & Domain("state", "!=", "cancelled")
        )
        facts = self._week_facts(weeks, asked)
        sheets = [
            self._plan(visits, facts),
            self._left_out(weeks, asked, visits, facts),
        ]
        return self._make_book(self._title(), self.env.company, sheets)

    def _plan(self, visits, facts):
        _ = self.env._
        columns = [
            Column(_("Customer")),
            Column(_("Class"), width=8),
            Column(_("Begins"), MOMENT),
            Column(_("Ends"), MOMENT),
            Column(_("Hours"), DECIMAL, total="sum", name="hours"),
            Column(_("Kind"), width=16),
            Column(_("Purpose"), width=30),
            Column(_("Place"), width=30),
            Column(_("Contact person"), width=24),
            Column(_("Phone"), width=18),
            Column(_("Plan"), width=14),
            Column(_("Last visit"), DATE),
            Column(_("Done"), width=8),
        ]
        plans = self._labels("kam.visit", "plan_status")
        states = self._labels("kam.visit", "state")
        keys, rows = {}, []
        for one in visits:
            place = one.place or ", ".join(
                part for part in (one.partner_id.street, one.city) if part
            )
            row = (
                one.partner_id.display_name,
                one.account_class,
                self._local(one.planned_start),
                self._local(one.planned_stop),
                round(one.duration, 2),
                one.kind_id.name,
                one.subject,
                place,
                one.contact_id.name,
                one.contact_phone,
                plans.get(one.plan_status),
                one.account_id.last_visit_on,
                None if one.state == "planned" else states.get(one.state),
            )
            # sudo: names of colleagues
            who = one.user_id.sudo().name
            keys[id(row)] = f"{who}, {self._weekday(one.planned_start)}"
            rows.append(row)
        calls = sum(visits.mapped("is_call"))
        return Sheet(
            name=_("Plan"),
            title=self._title(),
            facts=facts,
            columns=columns,
            rows=grouped(
                rows,
                lambda row: keys[id(row)],
                lambda name, some: f"{name} ({len(some)})",
                columns,
            ),
            controls=[
                Control(_("Visits"), len(visits) - calls, kind=INTEGER),
                Control(_("Calls"), calls, kind=INTEGER),
            ],
        )

    def _left_out(self, weeks, asked, visits, facts):
        """Return the accounts that fall due and are not in the plan."""
        _ = self.env._
        _first, last = self._days(weeks, asked)
        domain = Domain("company_id", "=", self.env.company.root_id.id)
        domain &= Domain("visit_due_on", "<=", last)
        domain &= Domain("id", "not in", visits.account_id.ids)
        if managers := self._managers(weeks, asked):
            domain &= Domain("user_id", "in", managers.ids)
        if asked.account_ids and not weeks:
            domain &= Domain("id", "in", asked.account_ids.ids)
        accounts = self.env["kam.account"].search(domain, order="visit_due_on, id")
        return Sheet(
            name=_("Due, not planned"),
            title=_("Due by %s, and not in the plan", self._day(last)),
            facts=facts,
            columns=[
                Column(_("Customer")),
                Column(_("Class"), width=8),
                Column(_("Manager")),
                Column(_("City"), width=20),
                Column(_("Phone"), width=18),
                Column(_("Every (days)"), INTEGER),
                Column(_("Last visit"), DATE),
                Column(_("Due"), DATE),
                Column(_("Visit overdue"), DECIMAL),
                Column(_("Next visit"), MOMENT),
            ],
            rows=[
                (
                    one.partner_id.display_name,
                    one.account_class,
                    # sudo: names of colleagues
                    one.user_id.sudo().name,
                    one.partner_id.city,
                    one.partner_id.phone,
                    one.visit_interval_days or None,
                    one.last_visit_on,
                    one.visit_due_on,
                    one.visit_overdue_ratio or None,
                    self._local(one.next_visit_at),
                )
                for one in accounts
            ],
        )
