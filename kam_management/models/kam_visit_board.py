"""The board of the team: planned, kept, covered, sold, by manager."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .kam_given import Given

# column of the board: its count over the visits of a period
COUNTED = {
    "visits": "kam_visit.state <> 'cancelled'",
    "planned": "kam_visit.state = 'planned'",
    "underway": "kam_visit.state = 'underway'",
    "done": "kam_visit.state = 'done'",
    "missed": "kam_visit.state = 'missed'",
    "cancelled": "kam_visit.state = 'cancelled'"
    " AND kam_visit.closed_kind IS DISTINCT FROM 'absence'",
    "excused": "kam_visit.state = 'cancelled' AND kam_visit.closed_kind = 'absence'",
    "moved": "kam_visit.replans > 0",
    "off_plan": "kam_visit.state = 'done' AND kam_visit.plan_status = 'off_plan'",
}
PROMISED = ("committed", "kept", "excused_committed")
SOLD = ("productive", "orders", "order_lines", "order_amount")
TRAINED = ("trainings", "sales_before", "sales_after")
COVERED = ("due", "covered")
COLUMNS = (*COUNTED, *PROMISED, *COVERED, *SOLD, *TRAINED)
MONEY = ("order_amount", "sales_before", "sales_after")


class KamVisit(models.Model):
    _inherit = "kam.visit"

    @api.model
    @api.readonly
    def team_board(self, date_from, date_to, team_id=None):
        """Return what was planned, done, moved, missed, covered and sold, by manager.

        Only visits and accounts that the caller may read are counted; a fixed number
        of queries.

        :param date_from: first day, ``YYYY-MM-DD``, where the company is
        :param date_to: last day, included
        :param team_id: id of a sales team; left out: everybody
        :return: dict ``date_from``, ``date_to``, ``currency_id``, ``teams`` (``id``,
            ``name``: those that can be chosen), ``rows``: list of dicts by manager's
            name, and ``total``: the same keys without the manager:

            - ``user_id``, ``name``
            - ``visits`` (in the period, cancelled ones not), ``planned``, ``underway``,
              ``done``, ``missed``, ``cancelled``, ``excused``, ``moved`` (re-planned
              after their week was committed), ``off_plan`` (done beside the plan)
            - ``committed`` (in the plans of the weeks that begin in the period),
              ``kept`` (of these, done in their week), ``excused_committed``
            - ``due`` (accounts due by the end of the period, of the manager of today),
              ``covered`` (of these, visited in it)
            - ``productive`` (visits done that were followed by an order), ``orders``,
              ``order_lines``, ``order_amount``; ``trainings``, ``sales_before``,
              ``sales_after``. Money is the company's currency, without tax
            - ``adherence``, ``off_plan_share``, ``coverage``, ``strike_rate``,
              ``lines_per_call``, ``drop_size``, ``training_effect``: ratios, None where
              there is nothing below the line
        """
        first, last, users = self._board_asked(date_from, date_to, team_id)
        rows = {}
        for found in (
            self._board_visits(users, first, last),
            self._board_committed(users, first, last),
            self._board_sold(users, first, last),
            self._board_trained(users, first, last),
            self._board_covered(users, first, last),
        ):
            for user_id, counts in found.items():
                rows.setdefault(user_id, dict.fromkeys(COLUMNS, 0)).update(counts)
        return {
            **self._board_shown(rows),
            "date_from": fields.Date.to_string(first),
            "date_to": fields.Date.to_string(last),
            "currency_id": self.env.company.root_id.currency_id.id,
            "teams": self._board_teams(),
        }

    def _board_asked(self, date_from, date_to, team_id=None, user_id=None):
        """Return (first day, last day, ids of the managers asked for or None: all)."""
        self.check_access("read")
        given = Given(self.env)
        first = given.date(self.env._("From"), date_from)
        last = given.date(self.env._("To"), date_to)
        if not first or not last or last < first:
            raise UserError(
                self.env._("“From” and “To” are both needed, “To” not before “From”.")
            )
        user_id = given.id(self.env._("Manager"), user_id)
        team_id = given.id(self.env._("Team"), team_id)
        if user_id or not team_id:
            return first, last, [user_id] if user_id else None
        # sudo: who is in a team is no secret
        team = self.env["crm.team"].sudo().browse(team_id).exists()
        return first, last, (team.member_ids | team.user_id).ids

    def _board_whose(self, users):
        """Return the domain of visits and accounts of managers in the company."""
        domain = Domain("company_id", "=", self.env.company.root_id.id)
        return domain if users is None else domain & Domain("user_id", "in", users)

    def _board_teams(self):
        """Return the sales teams in which there are key account managers."""
        group = self.env.ref("kam_management.group_kam_user")
        # sudo: names of teams are no secret
        teams = (
            self.env["crm.team"]
            .sudo()
            .search(
                [
                    ("member_ids.all_group_ids", "in", group.ids),
                    ("company_id", "in", [False, *self.env.companies.root_id.ids]),
                ],
                order="sequence, id",
            )
        )
        return [{"id": team.id, "name": team.name} for team in teams]

    # ------------------------------------------------------------------ queries
    def _board_query(self, users, first, last, more=Domain.TRUE):
        """Return the query of the visits planned in a period; for SQL."""
        begin, end = self._moments(first, last)
        return self._search(
            self._board_whose(users)
            & Domain("planned_start", ">=", begin)
            & Domain("planned_start", "<", end)
            & more
        )

    def _board_visits(self, users, first, last):
        """Return {user id: counts} of the visits of a period."""
        self.flush_model()
        query = self._board_query(users, first, last)
        columns = SQL(", ").join(
            SQL("count(*) FILTER (WHERE %s)", SQL(one)) for one in COUNTED.values()
        )
        return self._board_rows(
            COUNTED,
            SQL(
                "SELECT kam_visit.user_id, %s FROM %s WHERE %s GROUP BY 1",
                columns,
                query.from_clause,
                query.where_clause or SQL("TRUE"),
            ),
        )

    def _board_committed(self, users, first, last):
        """Return {user id: counts} of the commitments of the weeks of a period."""
        self.env["kam.week"].flush_model()
        self.env["kam.week.visit"].flush_model()
        # whose promise it was counts, not who makes the visit now
        query = self._search(self._board_whose(None))
        return self._board_rows(
            PROMISED,
            SQL(
                """SELECT w.user_id, count(*),
                          count(*) FILTER (WHERE kam_visit.state = 'done'
                              AND (kam_visit.finished_at AT TIME ZONE 'UTC'
                                   AT TIME ZONE coalesce(p.tz, %(zone)s))::date
                                  BETWEEN w.monday AND w.monday + 6),
                          count(*) FILTER (WHERE kam_visit.state = 'cancelled'
                              AND kam_visit.closed_kind = 'absence')
                     FROM kam_week w
                     JOIN kam_week_visit l ON l.week_id = w.id
                     JOIN res_users u ON u.id = w.user_id
                     JOIN res_partner p ON p.id = u.partner_id
                     JOIN %(visits)s ON kam_visit.id = l.visit_id
                    WHERE w.state = 'committed' AND %(whose)s
                      AND w.monday BETWEEN %(first)s AND %(last)s
                      AND %(where)s
                    GROUP BY 1""",
                zone=self.env.company.root_id.sudo()._kam_time_zone(),  # no secret
                visits=query.from_clause,
                where=query.where_clause or SQL("TRUE"),
                whose=SQL("TRUE")
                if users is None
                else SQL("w.user_id = ANY(%s)", users),
                first=first,
                last=last,
            ),
        )

    def _board_sold(self, users, first, last):
        """Return {user id: counts} of the orders that follow the visits of a period.

        An order belongs to the nearest visit before it; from the orders' side, so that
        each looks for its visit once. The rule is told in ``kam_core``; the figures of
        :meth:`figures` count the same from the side of the visits.
        """
        self.env["sale.order"].flush_model()
        self.env["sale.order.line"].flush_model()
        done = Domain("state", "=", "done")
        query = self._board_query(users, first, last, done)
        return self._board_rows(
            SOLD,
            SQL(
                """WITH made AS MATERIALIZED (
                       SELECT kam_visit.id, kam_visit.user_id, kam_visit.finished_at
                         FROM %(visits)s WHERE %(where)s
                   ), bounds AS (
                       SELECT min(finished_at) AS first, max(finished_at) AS last
                         FROM made
                   )
                   SELECT made.user_id, count(DISTINCT made.id), count(*),
                          sum(l.lines)::int, sum(s.amount_untaxed
                              / coalesce(nullif(s.currency_rate, 0), 1))
                     FROM bounds b
                     JOIN sale_order s ON s.state = 'sale'
                      AND s.kam_account_id IS NOT NULL
                      AND s.date_order >= b.first
                      AND s.date_order <= b.last + %(days)s * interval '1 day'
                     JOIN LATERAL (
                          SELECT v.id FROM kam_visit v
                           WHERE v.account_id = s.kam_account_id AND v.state = 'done'
                             AND v.finished_at <= s.date_order
                           ORDER BY v.finished_at DESC, v.id DESC LIMIT 1) n ON TRUE
                     JOIN made ON made.id = n.id
                      AND s.date_order <= made.finished_at
                                          + %(days)s * interval '1 day'
                    CROSS JOIN LATERAL (
                          SELECT count(*) AS lines FROM sale_order_line l
                           WHERE l.order_id = s.id AND l.display_type IS NULL) l
                    GROUP BY 1""",
                visits=query.from_clause,
                where=query.where_clause or SQL("TRUE"),
                # sudo: a setting of the company
                days=self.env.company.root_id.sudo().kam_visit_strike_days,
            ),
        )

    def _board_trained(self, users, first, last):
        """Return {user id: counts} of the trainings of a period: sales round them."""
        found = self.env["kam.visit.report"]._read_group(
            self._board_done(users, first, last) & self._board_trainings(),
            ["user_id"],
            ["__count", "sales_before:sum", "sales_after:sum"],
        )
        return {
            user.id: dict(zip(TRAINED, (one or 0 for one in sums), strict=True))
            for user, *sums in found
        }

    def _board_trainings(self):
        """Return the domain of trainings, by ids: the orders of no other are sought."""
        # sudo: kinds are no secret
        kinds = self.env["kam.visit.kind"].sudo().with_context(active_test=False)
        return Domain("kind_id", "in", kinds.search([("is_training", "=", True)]).ids)

    def _board_done(self, users, first, last):
        """Return the domain of the report's rows of visits done."""
        begin, end = self._moments(first, last)
        return (
            self._board_whose(users)
            & Domain("planned_start", ">=", begin)
            & Domain("planned_start", "<", end)
            & Domain("row_kind", "=", "visit")
            & Domain("state", "=", "done")
        )

    def _board_covered(self, users, first, last):
        """Return {user id: counts} of the accounts due, and of those visited."""
        return self._board_rows(COVERED, self._coverage_sql(users, first, last))

    def _board_rows(self, names, query):
        return {
            user_id: dict(zip(names, counts, strict=True))
            for user_id, *counts in self.env.execute_query(query)
            if user_id
        }

    # -------------------------------------------------------------------- shown
    def _board_shown(self, rows):
        # sudo: names of colleagues whose visits the caller may read
        users = self.env["res.users"].sudo().browse(rows)
        total = dict.fromkeys(COLUMNS, 0)
        for counts in rows.values():
            total = {name: total[name] + counts[name] for name in COLUMNS}
        return {
            "rows": [
                {
                    "user_id": user.id,
                    "name": user.name,
                    **self._with_ratios(rows[user.id]),
                }
                for user in users.sorted(lambda one: (one.name or "", one.id))
            ],
            "total": self._with_ratios(total),
        }

    def _with_ratios(self, counts):
        money = {name: float(counts[name]) for name in MONEY}
        return {**counts, **money, **self._figure_ratios({**counts, **money})}

    # -------------------------------------------------------------------- opened
    @api.model
    @api.readonly
    def open_board(self, column, date_from, date_to, user_id=None, team_id=None):
        """Return the window that shows what a figure of the board is made of.

        :param column: name of a count of :meth:`team_board`
        :param date_from: as there
        :param date_to: as there
        :param user_id: id of the manager of the row; left out: the total
        :param team_id: as there
        :return: action of a list; its records are those that were counted
        """
        given = Given(self.env)
        column = given.code(self.env._("Figure"), column, set(COLUMNS)) or "visits"
        asked = self._board_asked(date_from, date_to, team_id, user_id)
        model, ids, name = self._board_opened(column, *asked)
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "domain": [("id", "in", ids)],
            "views": [(False, "list"), (False, "form")],
            "context": {"create": False},
        }

    def _board_opened(self, column, first, last, users):
        """Return (model, ids, title) of the records behind a figure."""
        _, report = self.env._, self.env["kam.visit.report"]
        if column in COVERED:
            words = _("Accounts due") if column == "due" else _("Accounts visited")
            return "kam.account", self._covered_ids(column, users, first, last), words
        if column in PROMISED:
            rows = self._board_whose(users) & Domain("row_kind", "=", "promise")
            rows &= Domain("monday", ">=", first) & Domain("monday", "<=", last)
            rows &= Domain(column, "=", 1)
            return report._name, report.search(rows).ids, _("Promised visits")
        if column in COUNTED:
            query = self._board_query(users, first, last)
            query.add_where(SQL("(%s)", SQL(COUNTED[column])))
            return self._name, list(query), _("Visits")
        rows = self._board_done(users, first, last)
        if column in SOLD:
            found = report.search(rows & Domain("orders", ">", 0))
            return report._name, found.ids, _("Visits followed by an order")
        found = report.search(rows & self._board_trainings())
        return report._name, found.ids, _("Trainings")
