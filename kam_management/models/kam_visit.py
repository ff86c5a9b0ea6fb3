"""Visits and calls: thin; the rules are in ``kam_core/visits/``."""

from datetime import timedelta

from odoo import api, fields, models

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
