"""The plan of one manager for one week: committed, then kept or not."""

import uuid
from collections import defaultdict
from datetime import timezone

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ..kam_core.visits import adherence
from ..kam_core.visits import visit as visits
from ..kam_core.visits import week as weeks
from .kam_given import Given, now

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

    # ----------------------------------------------------------------- commit
    @api.model
    def commit(self, user_ids=None, monday=None, command_id=None):
        """Commit the plans of a week: what stands in them is promised.

        :param user_ids: ids of the managers; left out: the user
        :param monday: Monday of the week, ``YYYY-MM-DD``; left out: this week's
        :param command_id: UUID chosen by the caller; the same again changes nothing
        :return: ids of the weeks
        :raises UserError: committed already, over, or without a visit ahead
        """

        def action(model):
            managers = model._managers(user_ids)
            day = model._monday(monday, managers[:1])
            return [model._commit_one(user, day).id for user in managers]

        return self._once(command_id, ["commit", user_ids, monday], action)

    def _monday(self, value, user):
        day = Given(self.env).date(self.env._("Week"), value)
        return weeks.monday_of(day or (user or self.env.user)._kam_user_today())

    def _managers(self, user_ids):
        """Return the users named, whose weeks the caller may make."""
        ids = Given(self.env).ids(self.env._("Managers"), user_ids) or [self.env.uid]
        managers = self.env["res.users"].browse(ids)
        managers._kam_check_internal(set(ids))
        self.check_access("create")
        if not self.env.su and not self._is_director():
            allowed = {
                user_id for (user_id,) in self.env.execute_query(self._managed_users())
            }
            if set(ids) - allowed:
                raise AccessError(
                    self.env._(
                        "You plan your own weeks, those of your team, and of whom you"
                        " stand in for."
                    )
                )
        return managers

    def _is_director(self):
        return self.env.user.has_group("kam_management.group_kam_director")

    def _week_of(self, user, monday):
        """Return the week of a manager, made where it is missing."""
        company = self.env.company.root_id
        found = self.search(
            [
                ("user_id", "=", user.id),
                ("company_id", "=", company.id),
                ("monday", "=", monday),
            ]
        )
        return found or self.create(
            {"user_id": user.id, "company_id": company.id, "monday": monday}
        )

    def _commit_one(self, user, monday):
        week = self._week_of(user, monday)
        week._check_open()
        today = user._kam_user_today(week.company_id)
        planned = week._visits_ahead()
        planned._command(visits.Commit(monday))
        versions = self.env["kam.event.store"]._heads(
            planned._name, planned.mapped("event_key")
        )
        lines = tuple(
            weeks.CommittedVisit(
                key=str(uuid.uuid4()),
                visit_id=one.id,
                kind_id=one.kind_id.id,
                planned_start=_aware(one.planned_start),
                planned_stop=_aware(one.planned_stop),
                version=versions[one.event_key],
            )
            for one in planned
        )
        week._command(weeks.CommitWeek(now(), today, lines))
        return week

    def _check_open(self):
        # before the visits are touched: the core says the same of the week
        [(_week, _key, _version, state)] = self._load()
        self._decide_only(state)

    def _decide_only(self, state):
        if state.state == weeks.COMMITTED:
            raise self._refusal(weeks.AlreadyCommitted())

    def _window(self):
        """Return [from, to) of the week where its manager is, aware UTC."""
        self.ensure_one()
        return adherence.week_window(
            self.monday, self.user_id._kam_zone(self.company_id)
        )

    def _visits_ahead(self):
        """Return the visits of the week that are still to be made."""
        first, last = (moment.replace(tzinfo=None) for moment in self._window())
        # sudo: a manager's own plan, some accounts of which the one who commits it
        # (a head of sales) may not see; nothing of them is shown
        return (
            self.env["kam.visit"]
            .sudo()
            .search(
                [
                    ("user_id", "=", self.user_id.id),
                    ("company_id", "=", self.company_id.id),
                    ("planned_start", ">=", first),
                    ("planned_start", "<", last),
                    ("state", "in", visits.OPEN),
                ],
                order="planned_start, id",
            )
        )

    def action_commit(self):
        """Commit the plan of the week as it stands."""
        for week in self:
            self.commit(week.user_id.ids, week.monday)
        return True

    def withdraw(self, reason, expected_version=None, command_id=None):
        """Take the commitment of weeks back before they begin.

        :param reason: why, in a sentence
        :param expected_version: refuse when a week has changed since this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        """

        def action(model):
            for week in model.browse(self.ids):
                week._withdraw(reason, expected_version)
            return True

        return self._once(
            command_id, ["withdraw", self.ids, reason, expected_version], action
        )

    def _withdraw(self, reason, expected_version):
        today = self.user_id._kam_user_today(self.company_id)
        self._command(
            weeks.Withdraw(now(), today, self._reason(reason)), expected_version
        )
        self._visits_ahead()._command(visits.Withdraw(self.monday))

    # ---------------------------------------------------------------- figures
    def _compute_score(self):
        kept = self._kept()
        off_plan = self._off_plan_done()
        for week in self:
            result = adherence.score(tuple(kept[week.id]), week._window())
            week.update(
                {
                    "committed_count": result.committed,
                    "done_count": result.done_in_week,
                    "moved_count": result.moved,
                    "missed_count": result.missed,
                    "cancelled_count": result.cancelled,
                    "excused_count": result.excused,
                    "off_plan_count": off_plan.get(week.id, 0),
                    "adherence": result.adherence or 0.0,
                }
            )

    def _kept(self):
        """Return {week id: what became of its committed visits}, by one query.

        Counted past the rules of accounts: whoever may see the week may know how much
        of it was kept.
        """
        self.env["kam.visit"].flush_model()
        self.env["kam.week.visit"].flush_model()
        found = defaultdict(list)
        for week_id, user_id, *rest in self.env.execute_query(
            SQL(
                """SELECT l.week_id, w.user_id, v.user_id, v.state, v.finished_at,
                          v.closed_kind = 'absence' AND v.state = 'cancelled',
                          v.planned_start <> l.planned_start
                              OR v.user_id <> w.user_id
                     FROM kam_week_visit l JOIN kam_week w ON w.id = l.week_id
                     JOIN kam_visit v ON v.id = l.visit_id
                    WHERE l.week_id = ANY(%s)""",
                self.ids,
            )
        ):
            now_user, state, done_at, excused, moved = rest
            found[week_id].append(
                adherence.Kept(
                    user_id,
                    now_user,
                    state,
                    _aware(done_at),
                    bool(excused),
                    bool(moved),
                )
            )
        return found

    def _off_plan_done(self):
        """Return {week id: visits done in it that were not in its committed plan}."""
        ready = self.filtered(lambda one: one.state == "committed")
        if not ready:
            return {}
        windows = [(week.id, *week._window()) for week in ready]
        return dict(
            self.env.execute_query(
                SQL(
                    """SELECT w.id, count(*)
                         FROM unnest(%s, %s::timestamptz[], %s::timestamptz[])
                              AS t(id, first, last)
                         JOIN kam_week w ON w.id = t.id
                         JOIN kam_visit v ON v.user_id = w.user_id
                          AND v.company_id = w.company_id AND v.state = 'done'
                          AND v.finished_at >= t.first AT TIME ZONE 'UTC'
                          AND v.finished_at < t.last AT TIME ZONE 'UTC'
                        WHERE NOT EXISTS (SELECT FROM kam_week_visit l
                               WHERE l.week_id = w.id AND l.visit_id = v.id)
                        GROUP BY w.id""",
                    [one[0] for one in windows],
                    [one[1] for one in windows],
                    [one[2] for one in windows],
                )
            )
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
