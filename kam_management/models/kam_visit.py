"""Visits and calls: thin; the rules are in ``kam_core/visits/``."""

from datetime import timedelta, timezone

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..kam_core.record import Create, Edit
from ..kam_core.visits import visit as visits

STATES = [
    ("planned", "Planned"),
    ("underway", "Under way"),
    ("done", "Done"),
    ("missed", "Missed"),
    ("cancelled", "Cancelled"),
]
PLAN = [
    ("draft", "Not committed"),
    ("committed", "Committed"),
    ("off_plan", "Off-plan"),
]
OFF_PLAN = [
    ("own", "Own initiative"),
    ("customer", "The customer asked"),
    ("complaint", "Complaint or claim"),
    ("debt", "Debt"),
    ("order", "Order or offer"),
    ("head", "Asked by the head"),
    ("other", "Other"),
]
OUTCOMES = [
    ("order", "Order"),
    ("offer", "Offer wanted"),
    ("agreed", "Agreed"),
    ("informed", "Informed"),
    ("follow_up", "Follow up"),
    ("refused", "Refused"),
    ("not_met", "Nobody there"),
]
CLOSED = [
    ("customer", "By the customer"),
    ("us", "By us"),
    ("absence", "Absence of the manager"),
    ("calendar", "In the calendar"),
    ("released", "Account released"),
]
MOVES = {"planned_start", "user_id"}


class KamVisit(models.Model):
    _name = "kam.visit"
    _inherit = ["kam.event.sourced", "mail.thread", "mail.activity.mixin"]
    _description = "Visit"
    _order = "planned_start desc, id desc"
    _rec_names_search = ["account_id", "subject"]
    _check_company_auto = True
    _mail_post_access = "read"
    _core = visits

    account_id = fields.Many2one(
        "kam.account",
        required=True,
        ondelete="restrict",
        index=True,
        domain="[('is_mine', '=', True), ('status', '!=', 'former')]",
        tracking=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, ondelete="restrict", readonly=True, index=True
    )
    user_id = fields.Many2one(
        "res.users",
        "Key account manager",
        required=True,
        ondelete="restrict",
        index=True,
        domain=[("share", "=", False)],
        tracking=True,
    )
    kind_id = fields.Many2one(
        "kam.visit.kind",
        required=True,
        ondelete="restrict",
        index=True,
        tracking=True,
    )
    contact_id = fields.Many2one(
        "res.partner",
        "Contact person",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('commercial_partner_id', '=', partner_id)]",
        help="Whom one meets or calls.",
    )
    planned_start = fields.Datetime("Begins", required=True, tracking=True, copy=False)
    planned_stop = fields.Datetime("Ends", required=True, copy=False)
    state = fields.Selection(
        STATES,
        default="planned",
        required=True,
        tracking=True,
        copy=False,
        group_expand=True,
    )
    plan_status = fields.Selection(
        PLAN,
        "Plan",
        default="draft",
        required=True,
        copy=False,
        tracking=True,
        help="Committed: in the plan of its week as it was promised. Off-plan: its"
        " week is committed, without it.",
    )
    off_plan_kind = fields.Selection(
        OFF_PLAN, "Off-plan because", default="own", copy=False
    )
    off_plan_reason = fields.Char("Off-plan reason", copy=False)
    change_reason = fields.Char(
        "Reason of change",
        copy=False,
        tracking=True,
        help="Needed to move a visit whose week is committed.",
    )
    replans = fields.Integer("Re-plans", copy=False, readonly=True)
    subject = fields.Char("Purpose")
    place = fields.Char()
    invite_contact = fields.Boolean(
        "Invite the contact",
        help="The contact becomes an attendee of the appointment and gets Odoo's"
        " invitation.",
    )
    started_at = fields.Datetime("Begun", copy=False, readonly=True)
    finished_at = fields.Datetime("Finished", copy=False, readonly=True)
    latitude = fields.Float(digits=(9, 6), copy=False, readonly=True, aggregator=None)
    longitude = fields.Float(digits=(9, 6), copy=False, readonly=True, aggregator=None)
    attempts = fields.Integer(
        "No answer",
        copy=False,
        readonly=True,
        help="So many times nobody answered this call.",
    )
    outcome = fields.Selection(OUTCOMES, copy=False, tracking=True)
    result = fields.Text("What was said", copy=False)
    next_step = fields.Char(copy=False)
    next_on = fields.Date("Next step on", copy=False)
    topic = fields.Char()
    material = fields.Char()
    participants = fields.Integer("Took part", copy=False)
    participant_ids = fields.Many2many(
        "res.partner",
        "kam_visit_participant_rel",
        "visit_id",
        "partner_id",
        "Participants",
        ondelete="restrict",
        copy=False,
        domain="[('commercial_partner_id', '=', partner_id)]",
    )
    closed_kind = fields.Selection(CLOSED, "Called off", copy=False, readonly=True)
    closed_reason = fields.Char("Why called off or reopened", copy=False, readonly=True)

    partner_id = fields.Many2one(
        related="account_id.partner_id", string="Customer", store=True, index=True
    )
    account_class = fields.Selection(related="account_id.account_class")
    city = fields.Char(related="partner_id.city")
    contact_phone = fields.Char(compute="_compute_contact_phone", string="Phone")
    is_call = fields.Boolean(related="kind_id.is_call")
    is_training = fields.Boolean(related="kind_id.is_training")
    asks_topic = fields.Boolean(related="kind_id.asks_topic")
    asks_participants = fields.Boolean(related="kind_id.asks_participants")
    asks_material = fields.Boolean(related="kind_id.asks_material")
    duration = fields.Float(
        "Duration (hours)", compute="_compute_duration", inverse="_inverse_duration"
    )
    color = fields.Integer(compute="_compute_color")
    needs_reason = fields.Boolean(
        compute="_compute_needs_reason",
        help="Its week is committed: moving it takes a reason.",
    )

    # an order belongs to the nearest visit before it; the last visit sets the next
    _account_done = models.Index(
        "(account_id, finished_at, id) INCLUDE (kind_id) WHERE state = 'done'"
    )
    _account_ahead = models.Index(
        "(account_id, planned_start) WHERE state IN ('planned', 'underway')"
    )
    _user_start = models.Index("(user_id, planned_start)")
    _start = models.Index("(planned_start)")

    # --------------------------------------------------------------- computed
    @api.depends("account_id", "kind_id", "subject")
    def _compute_display_name(self):
        for visit in self:
            name = visit.account_id.partner_id.display_name or self.env._("Visit")
            what = visit.subject or visit.kind_id.name
            visit.display_name = f"{name} · {what}" if what else name

    @api.depends("contact_id", "partner_id")
    def _compute_contact_phone(self):
        for visit in self:
            visit.contact_phone = visit.contact_id.phone or visit.partner_id.phone

    @api.depends("planned_start", "planned_stop")
    def _compute_duration(self):
        for visit in self:
            lasts = timedelta()
            if visit.planned_start and visit.planned_stop:
                lasts = visit.planned_stop - visit.planned_start
            visit.duration = lasts.total_seconds() / 3600

    def _inverse_duration(self):
        for visit in self:
            if visit.planned_start:
                visit.planned_stop = visit.planned_start + timedelta(
                    hours=visit.duration
                )

    @api.depends("state", "plan_status")
    def _compute_color(self):
        colors = {"done": 10, "missed": 1, "cancelled": 0, "underway": 4}
        plan = {"committed": 3, "off_plan": 2, "draft": 7}
        for visit in self:
            visit.color = colors.get(visit.state, plan.get(visit.plan_status, 7))

    @api.depends("state", "plan_status")
    def _compute_needs_reason(self):
        for visit in self:
            visit.needs_reason = (
                visit.state == "planned" and visit.plan_status != "draft"
            )

    @api.onchange("account_id", "kind_id", "planned_start")
    def _onchange_account_id(self):
        """Fill what is known of the account, so that nobody types it."""
        for visit in self:
            if not visit.account_id:
                continue
            known = visit.account_id._visit_defaults()
            visit.kind_id = visit.kind_id or known["kind_id"]
            visit.contact_id = visit.contact_id or known["contact_id"]
            visit.place = visit.place or known["place"]
            visit.user_id = visit.user_id or known["user_id"]
            if visit.planned_start and not visit.planned_stop:
                minutes = known["minutes"] or visit.kind_id.duration_minutes or 60
                visit.planned_stop = visit.planned_start + timedelta(minutes=minutes)

    # ------------------------------------------------------------------ doors
    @api.model_create_multi
    def create(self, vals_list):
        return super().create(self._with_known(vals_list))

    def _create(self, data_list):
        self._stamp_plan([data["stored"] for data in data_list])
        return super()._create(data_list)

    def _with_known(self, vals_list):
        """Fill what is left out: kind, manager, contact, place, end, company."""
        ids = [vals.get("account_id") for vals in vals_list]
        ids = [vals_id for vals_id in ids if isinstance(vals_id, int) and vals_id]
        accounts = self.env["kam.account"].browse(ids).exists()
        accounts.check_access("read")
        known = accounts._known_for_visits()
        out = []
        for vals in vals_list:
            vals = dict(vals)
            account_id = vals.get("account_id")
            one = known.get(account_id) if isinstance(account_id, int) else None
            if one:
                vals["company_id"] = one["company_id"]
                for name in ("kind_id", "user_id"):
                    vals[name] = vals.get(name) or one[name]
                for name in ("contact_id", "place"):
                    vals.setdefault(name, one[name])
            out.append(self._with_end(vals, one))
        return out

    def _with_end(self, vals, known):
        if not vals.get("planned_start") or vals.get("planned_stop"):
            return vals
        start = self._to_core("planned_start", vals["planned_start"], None, vals)
        minutes = (known or {}).get("minutes") or self._usual_minutes(vals)
        stop = start + timedelta(minutes=minutes)
        return {**vals, "planned_stop": stop.replace(tzinfo=None)}

    def _usual_minutes(self, vals):
        kind_id = self._to_core("kind_id", vals.get("kind_id"), None, vals)
        kind = self.env["kam.visit.kind"].browse(kind_id or ()).exists()
        return kind.duration_minutes or 60

    def _stamp_plan(self, stored_list):
        """Say of each new visit what it is in the plan of its week.

        Whatever the caller gave is overwritten: it depends on the week alone.
        """
        asked = []
        for stored in stored_list:
            user_id, start = (
                self._to_core(name, stored.get(name), None, stored)
                for name in ("user_id", "planned_start")
            )
            company_id = stored.get("company_id")
            asked.append((None, user_id, company_id, start))
        found = self.env["kam.week"]._plan_status(asked)
        for stored, status in zip(stored_list, found, strict=True):
            stored["plan_status"] = status

    @api.model
    def _initial_values(self, stored):
        values = super()._initial_values(stored)
        if values["plan_status"] == visits.DRAFT:
            values["off_plan_kind"] = values["off_plan_reason"] = None
        return values

    def write(self, vals):
        result = super().write(vals)
        if self._mirrored() & vals.keys():
            self._calendar_push()
        return result

    def _changes(self, state, vals, mine):
        """Keep the reason of a change although it reads as the one before."""
        changes = super()._changes(state, vals, mine)
        if changes and vals.get("change_reason"):
            changes["change_reason"] = self._to_core(
                "change_reason", vals["change_reason"], state, vals
            )
        return changes

    def _handle(self, steps, write, plain, touched):
        steps = self._with_plan_status(steps)
        moved = [
            (step[0], step[3], step[4].changes.get("user_id") or step[3].user_id)
            for step in steps
            if isinstance(step[4], visits.Replan)
            and step[4].source != "hand_over"
            and MOVES & step[4].changes.keys()
        ]
        self._check_answers(
            [
                (state.account_id, user_id, state.planned_start)
                for _visit, state, user_id in moved
                if user_id != state.user_id
            ]
        )
        tell = self._others_told([(visit, state) for visit, state, _user in moved])
        result = super()._handle(steps, write, plain, touched)
        self._tell_others(tell)
        return result

    def _with_plan_status(self, steps):
        """Turn edits that move a visit into re-plans, which know its week."""
        moving = [
            step
            for step in steps
            if isinstance(step[4], (Edit, visits.Replan))
            and {"planned_start", "planned_stop", "user_id"} & step[4].changes.keys()
        ]
        if not moving:
            return steps
        found = self.env["kam.week"]._plan_status(
            [
                (
                    record.id,
                    command.changes.get("user_id") or state.user_id,
                    state.company_id,
                    command.changes.get("planned_start") or state.planned_start,
                )
                for record, _key, _version, state, command in moving
            ]
        )
        status = {step[0].id: one for step, one in zip(moving, found, strict=True)}
        return [
            (
                *step[:4],
                visits.Replan(
                    step[4].changes,
                    status[step[0].id],
                    getattr(step[4], "source", None),
                ),
            )
            if step[0].id in status
            else step
            for step in steps
        ]

    def _append(self, entries, sequence=None):
        if sequence:  # new visits
            self._check_answers(
                [
                    (state.account_id, state.user_id, state.planned_start)
                    for _key, _version, state, _events in entries
                ]
            )
        return super()._append(entries, sequence)

    def _decide(self, state, command):
        values = _told(command)
        account_id = values.get("account_id") or (state and state.account_id)
        self._check_people(account_id, values)
        if isinstance(command, Create):
            self._check_visited(account_id)
        return super()._decide(state, command)

    def _check_people(self, account_id, values):
        """Refuse people who are nobody of the customer."""
        ids = {values.get("contact_id"), *(values.get("participant_ids") or ())}
        ids -= {None, False}
        if not ids or not account_id:
            return
        partner = self.env["kam.account"].browse(account_id).partner_id
        people = self.env["res.partner"].browse(sorted(ids)).exists()
        if len(people) < len(ids) or people.commercial_partner_id - partner:
            raise UserError(
                self.env._(
                    "“Contact person” and “Participants” are people of the customer:"
                    " choose among its contacts."
                )
            )

    def _check_visited(self, account_id):
        account = self.env["kam.account"].browse(account_id or ()).exists()
        if account and account.status == "former":
            raise UserError(
                self.env._(
                    "“Account”: %s is a former key account; designate it again first.",
                    account.display_name,
                )
            )

    def _check_answers(self, triples):
        """Refuse managers who do not answer for the account: it stays private.

        :param triples: list of (account id, user id, start of the visit)
        """
        asked = {(one, user, at.date()) for one, user, at in triples if one and user}
        if not asked:
            return
        self.env["res.users"]._kam_check_internal({user for _one, user, _at in asked})
        refused = {one[:2] for one in asked} - self._answering_pairs(asked)
        for account_id, user_id in sorted(refused):
            # sudo: the name of a colleague; the account's may be read by the caller
            user = self.env["res.users"].sudo().browse(user_id)
            if user.has_group("kam_management.group_kam_director"):
                continue
            account = self.env["kam.account"].browse(account_id)
            raise UserError(
                self.env._(
                    "“Key account manager”: %(user)s does not answer for %(account)s."
                    " Hand the account over, or make a delegation.",
                    user=user.name,
                    account=account.display_name,
                )
            )

    def _answering_pairs(self, asked):
        """Return those (account id, user id) where the user answers for the account.

        As owner between now and the visit, also a past one; as head; as leader of its
        team; or as substitute of one of them.

        :param asked: set of (account id, user id, date)
        """
        self.env["kam.account.owner"].flush_model()
        self.env["kam.account"].flush_model(["head_id", "team_id"])
        self.env["kam.delegation"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """WITH asked AS (
                       SELECT t.account_id, t.user_id,
                              least(t.day, %(today)s) AS first,
                              greatest(t.day, %(today)s) AS last
                         FROM unnest(%(accounts)s, %(users)s, %(days)s::date[])
                              AS t(account_id, user_id, day)
                   ), held AS (
                       SELECT o.account_id, o.user_id, o.date_from, o.date_to
                         FROM kam_account_owner o
                        UNION ALL
                       SELECT a.id, a.head_id, NULL, NULL FROM kam_account a
                        UNION ALL
                       SELECT a.id, t.user_id, NULL, NULL FROM kam_account a
                         JOIN crm_team t ON t.id = a.team_id
                   )
                   SELECT DISTINCT q.account_id, q.user_id
                     FROM asked q JOIN held h ON h.account_id = q.account_id
                      AND coalesce(h.date_from, q.last) <= q.last
                      AND coalesce(h.date_to, q.first) >= q.first
                    WHERE h.user_id = q.user_id
                       OR EXISTS (SELECT FROM kam_delegation d
                                   WHERE d.substitute_id = q.user_id
                                     AND d.user_id = h.user_id AND d.may_act
                                     AND d.date_to >= q.first
                                     AND (d.ended_on IS NULL OR d.ended_on > q.first))
                """,
                today=self.env.company._kam_today(),
                accounts=[one for one, _user, _day in asked],
                users=[user for _one, user, _day in asked],
                days=[day for _one, _user, day in asked],
            )
        )
        return set(rows)

    def _acting_for(self, states):
        """Name for whom a substitute acts: the manager whose visit it is."""
        # sudo: which customer it is; the visit's rights were checked
        accounts = self.env["kam.account"].sudo()
        return self.env["kam.delegation"]._behalf(
            [{state.user_id} for state in states],
            [accounts.browse(state.account_id or ()).partner_id.id for state in states],
            [state.company_id for state in states],
        )

    # -------------------------------------------------------------- the others
    def _others_told(self, moved):
        """Return {partner: visits} of those who planned or moved a visit before.

        Two people who move one visit: both moves are on record, the later stands, and
        who moved it first is told.
        """
        if not moved:
            return {}
        keys = {visit.event_key: visit for visit, _state in moved}
        last = {}
        for row in self.env["kam.event.store"]._read_log(self._name, list(keys)):
            if row["type"] in ("Created", "Rescheduled", "Reassigned"):
                last[row["key"]] = row["actor_id"]
        told = {}
        for visit, state in moved:
            for user_id in {last.get(visit.event_key), state.user_id} - {None}:
                if user_id != self.env.uid:
                    told.setdefault(user_id, []).append(visit)
        return told

    def _tell_others(self, told):
        for user_id, moved in told.items():
            # sudo: whom to tell; the words name a visit that they planned
            user = self.env["res.users"].sudo().browse(user_id)
            if not user.active or user.share:
                continue
            moved = self.browse(one.id for one in moved)
            moved[:1].message_notify(
                partner_ids=user.partner_id.ids,
                subject=self.env._("Visits moved by %s", self.env.user.name),
                body="\n".join(
                    self.env._(
                        "%(visit)s: now %(when)s, %(who)s.",
                        visit=one.display_name,
                        when=self._when(one, user),
                        who=one.user_id.name,
                    )
                    for one in moved
                ),
            )

    def _when(self, visit, user):
        moment = visit.planned_start.replace(tzinfo=timezone.utc)
        local = self.env["res.users"].browse(user.id)
        zone = local._kam_zone(visit.company_id)
        return fields.Datetime.context_timestamp(
            self.with_context(tz=zone), moment.replace(tzinfo=None)
        ).strftime("%Y-%m-%d %H:%M")

    # ------------------------------------------------------------------ words
    def _param_words(self, key, value):
        if key in ("state", "fits"):
            labels = dict(self._fields["state"]._description_selection(self.env))
            return ", ".join(labels.get(one, one) for one in value.split(", "))
        return super()._param_words(key, value)

    def _event_titles(self):
        _ = self.env._
        return {
            **super()._event_titles(),
            "Created": _("Planned"),
            "Rescheduled": _("Moved"),
            "Reassigned": _("Given to another manager"),
            "Committed": _("Committed with its week"),
            "CommitmentWithdrawn": _("Commitment taken back"),
            "Started": _("Begun"),
            "Completed": _("Done"),
            "NotAnswered": _("No answer, to be tried again"),
            "Cancelled": _("Cancelled"),
            "Missed": _("Missed"),
            "Excused": _("Its manager was absent"),
            "Reopened": _("Reopened"),
            "ResultCorrected": _("Result corrected"),
        }

    def _note_labels(self):
        return {**super()._note_labels(), "source": self.env._("Moved in")}


def _told(command):
    """Return the field values that a command carries."""
    for name in ("values", "changes", "results"):
        if isinstance(found := getattr(command, name, None), dict):
            return found
    return {}
