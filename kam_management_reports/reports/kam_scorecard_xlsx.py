"""The scorecard of key figures: the team, and each manager, with their charts.

The figures are those of *My results* and *Team*: the same methods give them.
"""

from odoo import models

from ..kam_sheets.sheet import DECIMAL, INTEGER, RATIO, Chart, Column, Sheet

PEOPLE = 20
SPANS = {"month": "month", "quarter": "quarter", "year": "year"}


class KamScorecardXlsx(models.AbstractModel):
    _name = "report.kam_management_reports.scorecard_xlsx"
    _inherit = "kam.workbook"
    _description = "Scorecard of key figures"
    _code = "scorecard"
    _asks = ("period", "user_ids")
    _groups = "kam_management.group_kam_user"
    _for_records = "kam.kpi"

    def _title(self):
        return self.env._("Scorecard of key figures")

    def _note(self):
        return self.env._("The month, quarter or year that the period ends in.")

    def _book(self, objs, asked):
        company = self.env.company
        kpis, span = self.env["kam.kpi"], self._span(asked)
        board = kpis.team_board(str(asked.date_to), span)
        wanted = set(asked.user_ids.ids)
        people = [
            row for row in board["rows"] if not wanted or row["user_id"] in wanted
        ]
        facts = self._print_facts(company, asked)
        sheets = [self._team(board, people, facts)]
        for row in people[:PEOPLE]:
            told = kpis.my_results(str(asked.date_to), span, row["user_id"])
            sheets.append(self._person(told, facts))
            sheets += self._trend(told, facts)
        return self._make_book(self._title(), company, sheets)

    def _span(self, asked):
        word = (asked.period or "").rsplit("_", 1)[-1]
        return SPANS.get(word, "month")

    def _shown(self, value, unit):
        """Return a figure as the screens show it: a percentage as such."""
        if value is None:
            return None
        return value * 100 if unit == "percent" else value

    def _unit(self, unit):
        units = self._labels("kam.kpi", "unit")
        return units.get(unit, unit or "")

    # --------------------------------------------------------------------- team
    def _team(self, board, people, facts):
        _ = self.env._
        kpis = board["kpis"]
        columns = [
            Column(_("Key account manager"), width=30),
            Column(_("Rank"), INTEGER),
            Column(_("Attainment of plans"), RATIO, width=14, flag="bar"),
            *(
                Column(f"{one['name']} ({self._unit(one['unit'])})", DECIMAL, width=16)
                for one in kpis
            ),
        ]
        rows = [
            (
                row["name"],
                row["rank"],
                row["score"],
                *(self._shown(row["values"].get(k["code"]), k["unit"]) for k in kpis),
            )
            for row in people
        ]
        charts = []
        if any(row["score"] is not None for row in people):
            charts.append(Chart(_("Attainment of plans"), 0, (2,), kind="bar"))
        if kpis and people:
            charts.append(Chart(kpis[0]["name"], 0, (3,)))
        return Sheet(
            name=_("Team"),
            title=self._title(),
            facts=[*facts, self._period_fact(board)],
            columns=columns,
            rows=rows,
            charts=charts,
        )

    def _period_fact(self, told):
        period = told["period"]
        return (
            self.env._("Figures of"),
            f"{self._day(period['date_from'])} … {self._day(period['date_to'])}",
        )

    # ------------------------------------------------------------------- person
    def _person(self, told, facts):
        _ = self.env._
        columns = [
            Column(_("Key figure"), width=34),
            Column(_("Unit"), width=12),
            Column(_("Fact"), DECIMAL, width=14),
            Column(_("A year before"), DECIMAL, width=14),
            Column(_("Plan"), DECIMAL, width=14),
            Column(_("Attainment"), RATIO, width=12),
            Column(_("Forecast"), DECIMAL, width=14),
        ]
        rows = [
            (
                card["name"],
                self._unit(card["unit"]),
                *(
                    self._shown(card[name], card["unit"])
                    for name in ("value", "before", "plan")
                ),
                card["attained"],
                self._shown(card["forecast"], card["unit"]),
            )
            for card in told["cards"]
        ]
        charts = []
        planned = sum(card["attained"] is not None for card in told["cards"])
        if planned:  # cards with a plan come first
            title = _("Attainment of plans")
            charts.append(Chart(title, 0, (5,), kind="bar", rows=planned))
        return Sheet(
            name=told["user"]["name"],
            title=_("Scorecard of %s", told["user"]["name"]),
            facts=[*facts, self._period_fact(told)],
            columns=columns,
            rows=rows,
            charts=charts,
        )

    def _trend(self, told, facts):
        """Return the sheet of twelve months of the first figure that has any."""
        _ = self.env._
        trend, names = told["trend"], {c["code"]: c for c in told["cards"]}
        codes = [code for code in trend["series"] if code in names]
        if not codes:
            return []
        columns, series = [Column(_("Month"), width=12)], []
        for code in codes:
            card, row = names[code], trend["series"][code]
            columns += [
                Column(card["name"], DECIMAL, width=16),
                Column(_("%s, a year before", card["name"]), DECIMAL, width=16),
            ]
            series += [
                [self._shown(one, card["unit"]) for one in row[when]]
                for when in ("now", "before")
            ]
        rows = [
            (label, *(one[n] for one in series))
            for n, label in enumerate(trend["labels"])
        ]
        return [
            Sheet(
                name=_("%s, months", told["user"]["name"]),
                title=_("Twelve months of %s", told["user"]["name"]),
                facts=facts,
                columns=columns,
                rows=rows,
                charts=[
                    Chart(names[code]["name"], 0, (1 + 2 * n, 2 + 2 * n), kind="line")
                    for n, code in enumerate(codes[:4])
                ],
            )
        ]
