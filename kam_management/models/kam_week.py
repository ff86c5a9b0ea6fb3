"""The plan of one manager for one week: committed, then kept or not."""

from datetime import timezone

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ..kam_core.visits import adherence
from ..kam_core.visits import visit as visits
from ..kam_core.visits import week as weeks

STATES = [("open", "Open"), ("committed", "Committed")]


class KamWeek(models.Model):
    _name = "kam.week"
    _inherit = ["kam.event.sourced", "mail.thread"]
    _description = "Week of visits"
    _order = "monday desc, user_id"
    _core = weeks

    user_id = fields.Many2one(
        "res.users",
        "Key account manager",
        required=True,
        ondelete="restrict",
        index=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        ondelete="restrict",
        default=lambda self: self.env.company.root_id,
    )
    monday = fields.Date(
        "Week of",
        required=True,
        index=True,
        default=lambda self: weeks.monday_of(self.env.user._kam_user_today()),
    )
    state = fields.Selection(
        STATES, default="open", required=True, tracking=True, copy=False
    )
    committed_at = fields.Datetime("Committed on", copy=False, readonly=True)
    visit_ids = fields.One2many(
        "kam.week.visit", "week_id", "Committed visits", copy=False
    )
    is_mine = fields.Boolean(
        compute="_compute_is_mine",
        search="_search_is_mine",
        help="Your week, that of a member of your team, or of whom you stand in for.",
    )
    committed_count = fields.Integer("Committed", compute="_compute_score")
    done_count = fields.Integer("Done in the week", compute="_compute_score")
    moved_count = fields.Integer("Moved", compute="_compute_score")
    missed_count = fields.Integer("Missed", compute="_compute_score")
    cancelled_count = fields.Integer("Cancelled", compute="_compute_score")
    excused_count = fields.Integer("Absent", compute="_compute_score")
    off_plan_count = fields.Integer("Off-plan, done", compute="_compute_score")
    adherence = fields.Float(
        compute="_compute_score",
        aggregator=None,
        help="Committed visits done in their week / committed visits without those"
        " that fell into an absence.",
    )

    _user_week = models.UniqueIndex(
        "(user_id, company_id, monday)",
        "This manager has a plan for this week already: open that one.",
    )

    @api.depends("user_id", "monday")
    def _compute_display_name(self):
        for week in self:
            day = format_date(self.env, week.monday) if week.monday else ""
            # sudo: names of colleagues
            name = week.user_id.sudo().name or ""
            week.display_name = self.env._(
                "%(name)s, week of %(day)s", name=name, day=day
            )

    # ------------------------------------------------------------- visibility
    @api.depends_context("uid")
    @api.depends("user_id")
    def _compute_is_mine(self):
        mine = set(self.sudo()._search(Domain("id", "in", self.ids) & self._mine()))
        for week in self:
            week.is_mine = week.id in mine

    @api.model
    def _search_is_mine(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._mine() if True in value else ~self._mine()

    @api.model
    def _mine(self):
        return Domain("user_id", "in", self._managed_users())

    def _managed_users(self):
        """Return SQL of the users whose weeks one may see and commit."""
        self.env["kam.delegation"].flush_model()
        self.env["crm.team"].flush_model(["user_id"])
        self.env["crm.team.member"].flush_model()
        return SQL(
            """(SELECT %(uid)s UNION
                SELECT m.user_id FROM crm_team_member m
                  JOIN crm_team t ON t.id = m.crm_team_id
                 WHERE t.user_id = %(uid)s AND m.active
                UNION
                SELECT d.user_id FROM kam_delegation d
                 WHERE d.substitute_id = %(uid)s AND d.may_act
                   AND d.date_from <= %(day)s AND d.date_to >= %(day)s
                   AND (d.ended_on IS NULL OR d.ended_on > %(day)s)
                   AND NOT EXISTS (SELECT FROM kam_delegation_account_rel r
                                    WHERE r.delegation_id = d.id))""",
            uid=self.env.uid,
            day=self.env.company._kam_today(),
        )

    def _acting_for(self, states):
        return self.env["kam.delegation"]._behalf(
            [{state.user_id} for state in states],
            [None] * len(states),
            [state.company_id for state in states],
        )

    def _initial_values(self, stored):
        values = super()._initial_values(stored)
        company = self.env["res.company"].browse(values["company_id"] or ()).exists()
        return {**values, "company_id": company.root_id.id or None}

    # ----------------------------------------------------------------- status
    @api.model
    def _plan_status(self, asked):
        """Say what visits are in the plans of the weeks they are in; one query.

        :param asked: list of (visit id or None, user id, company id, start or None)
        :return: list of ``draft``, ``committed`` or ``off_plan``
        """
        mondays = [self._monday_of(*one[1:]) for one in asked]
        known = {
            (user_id, company_id, monday): set(ids)
            for user_id, company_id, monday, ids in self._committed_weeks(
                {(one[1], monday) for one, monday in zip(asked, mondays, strict=True)}
            )
        }
        return [
            self._status_in(known.get((user_id, company_id, monday)), visit_id)
            for (visit_id, user_id, company_id, _start), monday in zip(
                asked, mondays, strict=True
            )
        ]

    def _status_in(self, committed, visit_id):
        if committed is None:
            return visits.DRAFT
        return visits.COMMITTED if visit_id in committed else visits.OFF_PLAN

    def _monday_of(self, user_id, company_id, start):
        if not user_id or not start:
            return None
        user = self.env["res.users"].browse(user_id)
        company = self.env["res.company"].browse(company_id or ())
        return weeks.monday_of(user._kam_local_day(start, company))

    def _committed_weeks(self, pairs):
        users = {user_id for user_id, monday in pairs if monday}
        if not users:
            return []
        self.flush_model()
        self.env["kam.week.visit"].flush_model()
        # a plan is looked up past the rules: a visit is judged by it, nothing is shown
        return self.env.execute_query(
            SQL(
                """SELECT w.user_id, w.company_id, w.monday,
                          array_agg(v.visit_id) FILTER (WHERE v.id IS NOT NULL)
                     FROM kam_week w LEFT JOIN kam_week_visit v ON v.week_id = w.id
                    WHERE w.state = 'committed' AND w.user_id = ANY(%s)
                      AND w.monday = ANY(%s)
                    GROUP BY w.id""",
                list(users),
                list({monday for _user, monday in pairs if monday}),
            )
        )

    def _is_director(self):
        return self.env.user.has_group("kam_management.group_kam_director")

    def _window(self):
        """Return [from, to) of the week where its manager is, aware UTC."""
        self.ensure_one()
        return adherence.week_window(
            self.monday, self.user_id._kam_zone(self.company_id)
        )

    def action_view_visits(self):
        """Open the visits of the week."""
        self.ensure_one()
        first, last = (moment.replace(tzinfo=None) for moment in self._window())
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kam_management.kam_visit_action"
        )
        action["domain"] = [
            ("user_id", "=", self.user_id.id),
            ("planned_start", ">=", first),
            ("planned_start", "<", last),
        ]
        action["context"] = {}
        return action

    def _event_titles(self):
        _ = self.env._
        return {
            **super()._event_titles(),
            "Created": _("Week opened"),
            "WeekCommitted": _("Week committed"),
            "WeekWithdrawn": _("Commitment taken back"),
        }


def _aware(moment):
    return moment and moment.replace(tzinfo=timezone.utc)
