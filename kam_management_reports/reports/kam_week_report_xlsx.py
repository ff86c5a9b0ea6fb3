"""The week report: what was promised, kept, found out and sold, visit by visit."""

from odoo import models
from odoo.fields import Domain

from ..kam_sheets.sheet import (
    DATE,
    DECIMAL,
    INTEGER,
    MOMENT,
    MONEY,
    RATIO,
    Chart,
    Column,
    Control,
    Sheet,
    grouped,
)

RATIOS = {  # name: formula over the columns of its row
    "adherence": ("{kept}", "({committed}-{excused_committed})"),
    "off_plan_share": ("{off_plan}", "{done}"),
    "coverage": ("{covered}", "{due}"),
    "strike_rate": ("{productive}", "{done}"),
}


class KamWeekReportXlsx(models.AbstractModel):
    _name = "report.kam_management_reports.week_report_xlsx"
    _inherit = "kam.week.workbook"
    _description = "Week report of visits as a workbook"
    _code = "week_report"
    _usual = {"period": "last_week"}

    def _title(self):
        return self.env._("Week report of visits")

    def _note(self):
        return self.env._(
            "What was promised and kept, what was said and agreed, and the orders that"
            " followed."
        )

    def _book(self, weeks, asked):
        visits = self._visits(self._domain(weeks, asked))
        facts = self._week_facts(weeks, asked)
        # figures are those of a manager's whole week, not of some of the accounts
        board = None if asked.account_ids and not weeks else self._board(weeks, asked)
        sheets = [self._figures(board, facts)] if board else []
        sheets.append(self._made(visits, facts, board))
        return self._make_book(self._title(), self.env.company.root_id, sheets)

    def _board(self, weeks, asked):
        """Return the rows of the board for the managers asked, and how many visits."""
        first, last = self._days(weeks, asked)
        told = self.env["kam.visit"].team_board(str(first), str(last))
        managers = set(self._managers(weeks, asked).ids)
        return [
            row for row in told["rows"] if not managers or row["user_id"] in managers
        ]

    # -------------------------------------------------------------------- figures
    def _figure_columns(self):
        """Return the columns after the manager's: names are those of the board."""
        _ = self.env._
        count = {"kind": INTEGER, "total": "sum", "width": 11}
        return [
            Column(_("Visits"), name="visits", **count),
            Column(_("Committed"), name="committed", **count),
            Column(_("Committed, absent"), name="excused_committed", **count),
            Column(_("Done in their week"), name="kept", **count),
            self._ratio(_("Adherence"), "adherence"),
            Column(_("Done"), name="done", **count),
            Column(_("Missed"), name="missed", **count),
            Column(_("Cancelled"), name="cancelled", **count),
            Column(_("Absent"), name="excused", **count),
            Column(_("Moved"), name="moved", **count),
            Column(_("Off-plan, done"), name="off_plan", **count),
            self._ratio(_("Off-plan share"), "off_plan_share"),
            Column(_("Accounts due"), name="due", **count),
            Column(_("Accounts visited"), name="covered", **count),
            self._ratio(_("Coverage"), "coverage"),
            Column(_("Visits with an order"), name="productive", **count),
            self._ratio(_("Strike rate"), "strike_rate"),
            Column(_("Orders"), name="orders", **count),
            Column(_("Order lines"), name="order_lines", **count),
            Column(_("Ordered"), MONEY, total="sum", name="order_amount"),
        ]

    def _ratio(self, title, name):
        part, whole = RATIOS[name]
        formula = f'=IF({whole}>0,{part}/{whole},"")'
        return Column(title, RATIO, name=name, formula=formula, width=12)

    def _figures(self, rows, facts):
        _ = self.env._
        columns = [Column(_("Key account manager")), *self._figure_columns()]
        names = [column.name for column in columns[1:]]
        shown = [(row["name"], *(row[name] for name in names)) for row in rows]
        charts = []
        if shown:
            charts.append(Chart(_("Adherence"), 0, (5,), kind="bar"))
            charts.append(Chart(_("Committed, and done in their week"), 0, (2, 4)))
        return Sheet(
            name=_("Figures"),
            title=self._title(),
            facts=facts,
            columns=columns,
            rows=shown,
            controls=self._whole_ratios(rows, columns) if shown else [],
            charts=charts,
        )

    def _whole_ratios(self, rows, columns):
        """Return the ratios of all together, live."""
        titles = {column.name: column.title for column in columns}
        sums = {
            name: sum(row[name] for row in rows)
            for name, column in zip(titles, columns, strict=True)
            if column.total
        }
        found = []
        for name, (part, whole) in RATIOS.items():
            below = _valued(whole, sums)
            if below > 0:
                formula = f"={part}/{whole}".replace("{", "{total_")
                value = _valued(part, sums) / below
                label = self.env._("%s of all", titles[name])
                found.append(Control(label, value, formula, kind=RATIO))
        return found

    # --------------------------------------------------------------------- visits
    def _made(self, visits, facts, board):
        _ = self.env._
        columns = [
            Column(_("Customer")),
            Column(_("Class"), width=8),
            Column(_("Planned"), MOMENT),
            Column(_("Kind"), width=16),
            Column(_("Plan"), width=14),
            Column(_("Off-plan because"), width=24),
            Column(_("State"), width=14),
            Column(_("Finished"), MOMENT),
            Column(_("Contact person"), width=22),
            Column(_("Outcome"), width=16),
            Column(_("What was said"), width=44),
            Column(_("Next step"), width=28),
            Column(_("Next step on"), DATE),
            Column(_("Moved"), INTEGER, flag="late"),
            Column(_("Why moved or called off"), width=28),
            Column(_("Orders"), INTEGER, total="sum", name="orders"),
            Column(_("Order lines"), DECIMAL, total="sum", name="lines"),
            Column(_("Ordered"), MONEY, total="sum", name="ordered"),
        ]
        orders = self._orders(visits)
        words = {
            name: self._labels("kam.visit", name)
            for name in ("state", "plan_status", "off_plan_kind", "outcome")
        }
        words["closed_kind"] = self._labels("kam.visit", "closed_kind")
        rows = [self._row(one, orders, words) for one in visits]
        # sudo: names of colleagues
        whose = {
            id(row): one.user_id.sudo().name
            for row, one in zip(rows, visits, strict=True)
        }
        return Sheet(
            name=_("Visits"),
            title=_("Visit by visit"),
            facts=facts,
            columns=columns,
            rows=grouped(
                rows,
                lambda row: whose[id(row)],
                lambda name, some: f"{name} ({len(some)})",
                columns,
            ),
            controls=self._proof(visits, board),
            breaks=True,
        )

    def _row(self, one, orders, words):
        def told(name):
            return words[name].get(one[name])

        off_plan = (told("off_plan_kind"), one.off_plan_reason)
        why = (told("closed_kind"), one.closed_reason, one.change_reason)
        return (
            one.partner_id.display_name,
            one.account_class,
            self._local(one.planned_start),
            one.kind_id.name,
            told("plan_status"),
            _joined(off_plan) if one.plan_status == "off_plan" else None,
            told("state"),
            self._local(one.finished_at),
            one.contact_id.name,
            told("outcome"),
            one.result,
            one.next_step,
            one.next_on,
            one.replans or None,
            _joined(why),
            *orders.get(one.id, (None, None, None)),
        )

    def _orders(self, visits):
        """Return {visit id: (orders, lines, amount)} of those that had orders after."""
        rows = self.env["kam.visit.report"].search_read(
            Domain("row_kind", "=", "visit")
            & Domain("visit_id", "in", visits.ids)
            & Domain("orders", ">", 0),
            ["visit_id", "orders", "order_lines", "order_amount"],
            load="",
        )
        return {
            row["visit_id"]: (row["orders"], row["order_lines"], row["order_amount"])
            for row in rows
        }

    def _proof(self, visits, board):
        """Return the control: as many visits here as the figures count."""
        here = len(visits.filtered(lambda one: one.state != "cancelled"))
        label = self.env._("Visits, without those cancelled")
        controls = [Control(label, here, kind=INTEGER)]
        if board is not None:
            counted = sum(row["visits"] for row in board)
            controls.append(
                Control(
                    self.env._("Difference to the figures"),
                    here - counted,
                    kind=INTEGER,
                    zero=True,
                )
            )
        return controls


def _joined(parts):
    return ": ".join(part for part in parts if part)


def _valued(pattern, sums):
    """Return what ``{a}`` or ``({a}-{b})`` is for the sums."""
    first, *rest = (sums[one.strip("{}")] for one in pattern.strip("()").split("-"))
    return first - sum(rest)
