"""Approvals: the one mechanism for discounts, columns, credit and terms."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..kam_core import approvals, measures
from ..kam_core.record import DomainError
from .kam_event_store import storable

KINDS = [
    ("discount", "Discount"),
    ("column", "Price column"),
    ("credit", "Credit"),
    ("terms", "Payment terms"),
    ("due_date", "Due date"),
]
STATES = [
    ("asked", "Waiting"),
    ("approved", "Approved"),
    ("refused", "Refused"),
    ("withdrawn", "Withdrawn"),
    ("expired", "Expired"),
    ("used", "Used"),
    ("voided", "Void"),
]
# codes, not words about people: they stay in the log
CODES = {"measure", "granted", "res_model", "used_model"}


class KamApproval(models.Model):
    """A request, who decides on it, what was granted, what became of it.

    Rights are read-only: a request is made by :meth:`ask`, everything else by a button
    or its method, because each needs a reason, a day and to know for whom.
    """

    _name = "kam.approval"
    _inherit = ["kam.event.sourced", "mail.thread", "mail.activity.mixin"]
    _description = "Approval"
    _order = "id desc"
    _core = approvals
    _mail_post_access = "read"

    kind = fields.Selection(KINDS, required=True, index=True)
    company_id = fields.Many2one(
        "res.company", required=True, ondelete="restrict", index=True
    )
    account_id = fields.Many2one(
        "kam.account", "Key account", ondelete="restrict", index="btree_not_null"
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", ondelete="restrict", index="btree_not_null"
    )
    res_model = fields.Char("Model", required=True)
    res_id = fields.Integer("Record", required=True, aggregator=None)
    measure = fields.Text(required=True, help="What is asked, in codes and figures.")
    currency_id = fields.Many2one("res.currency", ondelete="restrict")
    amount = fields.Monetary(help="What it gives away, or lets through.")
    percent = fields.Float("Discount (%)", digits=(16, 2), aggregator="avg")
    reason = fields.Text(required=True)
    valid_until = fields.Date(help="Until when it is asked for. Included.")
    requester_id = fields.Many2one(
        "res.users", "Asked by", required=True, ondelete="restrict", index=True
    )
    behalf_id = fields.Many2one("res.users", "Asked for", ondelete="restrict")
    approver_id = fields.Many2one(
        "res.users", required=True, ondelete="restrict", index=True
    )
    role = fields.Selection(
        [
            ("head", "Head of sales"),
            ("director", "Commercial director"),
            ("credit", "Credit controller"),
            ("user", "A named person"),
        ],
        "Decided by role",
    )
    rule_id = fields.Many2one(
        "kam.approval.rule", "Row of the matrix", ondelete="restrict"
    )
    rule_version = fields.Integer("Its version", aggregator=None)
    policy_id = fields.Many2one(
        "kam.price.policy", "Price policy then", ondelete="restrict"
    )
    state = fields.Selection(
        STATES, default="asked", required=True, index=True, tracking=True
    )
    granted = fields.Text(help="What was granted, in codes and figures.")
    granted_until = fields.Date(help="Included. Empty: until it is used.")
    decided_by_id = fields.Many2one("res.users", "Decided by", ondelete="restrict")
    decided_on = fields.Date()
    answer = fields.Text()
    used_model = fields.Char()
    used_id = fields.Integer("Used for", aggregator=None)
    used_on = fields.Date()

    # shown, not recorded
    res_name = fields.Char("About", compute="_compute_res_name")
    may_decide = fields.Boolean(compute="_compute_may_decide")
    may_withdraw = fields.Boolean(compute="_compute_may_decide")
    waits_for_me = fields.Boolean(
        compute="_compute_may_decide", search="_search_waits_for_me"
    )

    _subject = models.Index("(res_model, res_id)")
    _waiting = models.Index("(approver_id) WHERE state = 'asked'")

    @api.depends("kind", "res_model", "res_id")
    def _compute_res_name(self):
        for model, records in self.grouped("res_model").items():
            # sudo: the name of what an approval that one may read is about
            found = self.env[model].sudo().browse(records.mapped("res_id")).exists()
            names = {one.id: one.display_name for one in found}
            for record in records:
                record.res_name = names.get(record.res_id, self.env._("deleted"))

    @api.depends("kind", "res_name", "partner_id")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for record in self:
            about = [record.res_name] if record.res_model != "kam.account" else []
            names = [*about, record.partner_id.display_name or ""]
            record.display_name = f"{kinds.get(record.kind, '')}: " + ", ".join(
                one for one in names if one
            )

    # ------------------------------------------------------------------- values
    def _scalar(self, field, value, vals, source):
        if field.name in CODES and value:
            return str(storable(value))
        return super()._scalar(field, value, vals, source)

    def _acting_for(self, states):
        return [
            state.behalf_id
            if state.state == approvals.ASKED
            else self.env["kam.delegation"]._behalf(
                [{state.approver_id}], [state.partner_id], [self._root_id(state)]
            )[0]
            for state in states
        ]

    def _root_id(self, state):
        # sudo: which company heads a branch is no secret
        return self.env["res.company"].sudo().browse(state.company_id).root_id.id

    def copy(self, default=None):  # pylint: disable=method-required-super
        raise UserError(self.env._("A request is not copied: ask anew."))

    # ---------------------------------------------------------------------- ask
    @api.model
    def ask(
        self,
        kind,
        res_model,
        res_id,
        measure=None,
        reason=None,
        valid_until=None,
        command_id=None,
    ):
        """Ask for approval of what is beyond the rules.

        The approver is found by the matrix (kind, class, amount, percentage); they get
        an activity and a mail. An open request about the same is replaced.

        :param kind: ``discount``, ``column``, ``credit``, ``terms`` or ``due_date``
        :param res_model: model of what it is about: ``sale.order``, ``kam.account``;
            ``account.move`` for a due date that was moved
        :param res_id: its id
        :param measure: dict of decimal texts and codes (``{"amount": "120.00",
            "currency": "EUR"}``); left out: what the record takes beyond the rules now
        :param reason: why, in a sentence
        :param valid_until: date, ``YYYY-MM-DD``, included; left out: until used
        :param command_id: UUID chosen by the caller; the same again changes nothing
        :return: id of the request
        :raises UserError: nothing to ask for, reason missing, covered already
        :raises AccessError: the record is not yours to work on
        """
        request = ["ask", kind, res_model, res_id, measure, reason, valid_until]
        return self._once(
            command_id,
            request,
            lambda model: (
                model._ask(kind, res_model, res_id, measure, reason, valid_until).id
            ),
        )

    def _ask(self, kind, res_model, res_id, measure, reason, valid_until):
        record = self._subject_record(kind, res_model, res_id)
        encoded = self._encoded(self._measure_of(record, kind, measure))
        measure = measures.decode(encoded)
        values = {
            **self._about(record),
            "kind": kind,
            "measure": encoded,
            "reason": self._reason(reason),
            "valid_until": self._day_given(valid_until),
            "requester_id": self.env.uid,
        }
        values["currency_id"] = (
            self.env["res.company"].browse(values["company_id"]).currency_id.id
        )
        values["amount"] = self._company_amount(measure, values)
        values["percent"] = float(measures.figure(measure, "percent") or 0)
        values.update(self._route(values))
        self._replace_open(values, measure)
        # sudo: rights are read-only, because a request is made here only, after the
        # right to work on the record was checked
        approval = self.sudo().create(values)
        approval._tell_approver()
        return approval.sudo(False)

    def _subject_record(self, kind, res_model, res_id):
        """Return the record a request is about, which the user may work on."""
        if kind not in approvals.KINDS:
            raise UserError(
                self.env._(
                    "“Kind” is one of discount, column, credit, terms and due_date; not"
                    " “%s”.",
                    kind,
                )
            )
        if res_model not in self._subjects():
            raise UserError(
                self.env._(
                    "“Model” of what an approval is about is one of %s.",
                    ", ".join(self._subjects()),
                )
            )
        if (kind == "due_date") != (res_model == "account.move"):
            raise UserError(
                self.env._(
                    "“Kind” due_date goes with an invoice (account.move), and no other"
                    " kind does."
                )
            )
        if type(res_id) is not int or not 0 < res_id < 2**31:
            raise UserError(self.env._("“Record” is the id of one, a number."))
        record = self.env[res_model].browse(res_id).exists()
        if not record:
            raise UserError(
                self.env._("There is no record %s to ask an approval for.", res_id)
            )
        self._check_may_ask(record)
        return record

    @api.model
    def _subjects(self):
        """Return the names of models that an approval may be about."""
        return ("sale.order", "kam.account", "account.move")

    def _check_may_ask(self, record):
        record.check_access("read")
        if self.env.user.has_group("kam_management.group_kam_support"):
            return  # enters orders, and what they need, for all accounts
        if not self.env.user.has_groups(
            "kam_management.group_kam_user,kam_management.group_kam_credit"
        ):
            raise AccessError(
                self.env._("Approvals are asked by those who work on key accounts.")
            )
        if record._name == "account.move":
            return  # those who sell read invoices, and ask; they write none
        if not self.env.user.has_group("kam_management.group_kam_credit"):
            record.check_access("write")

    def _measure_of(self, record, kind, measure):
        if measure is not None:
            return measure
        found = record._kam_measure(kind) if hasattr(record, "_kam_measure") else {}
        if not found:
            raise UserError(
                self.env._(
                    "%s is within the rules: there is nothing to ask for.",
                    record.display_name,
                )
            )
        return found

    def _encoded(self, measure):
        try:
            return measures.encode(measure)
        except DomainError as refusal:
            raise self._refusal(refusal) from refusal

    def _about(self, record):
        """Return the fields that say what a request is about."""
        account = record if record._name == "kam.account" else record.kam_account_id
        # sudo: the account of an order that one works on
        account = account.sudo()
        partner = account.partner_id or record.partner_id.commercial_partner_id
        owners = {one["user_id"] for one in account._present_owners()}
        [behalf] = self.env["kam.delegation"]._behalf(
            [owners], [partner.id], [record.company_id.root_id.id]
        )
        behalf = behalf or self._entered_for(record, account, owners)
        return {
            "company_id": record.company_id.id,
            "account_id": account.id or None,
            "partner_id": partner.id or None,
            "res_model": record._name,
            "res_id": record.id,
            "behalf_id": behalf,
            "policy_id": self.env["kam.price.policy"]
            ._of(record.company_id, record.company_id._kam_today())
            .id,
        }

    def _entered_for(self, record, account, owners):
        """Return whose request sales support enters; they do not decide on it.

        The salesperson of the order, else the account's manager.
        """
        if self.env.uid in owners or not self.env.user.has_group(
            "kam_management.group_kam_support"
        ):
            return None
        # sudo: who sells is no secret to who enters the order
        seller = record.sudo().user_id if "user_id" in record._fields else None
        seller = seller or account.user_id
        mine = seller.id == self.env.uid or seller.share or not seller.active
        return None if mine else seller.id

    def _company_amount(self, measure, values):
        """Return the greatest amount of a measure in the company's currency.

        Each part is converted from its own currency: what is asked in another one must
        not find a nearer approver.
        """
        company = self.env["res.company"].browse(values["company_id"])
        day = company._kam_today()
        return max(
            (
                self._currency_of(code, company)._convert(
                    float(amount), company.currency_id, company, day
                )
                for amount, code in measures.amounts(measure)
            ),
            default=0.0,
        )

    def _currency_of(self, code, company):
        if not code:
            return company.currency_id
        found = self.env["res.currency"].search([("name", "=", code)], limit=1)
        if not found:
            raise UserError(
                self.env._("“Currency” is a code such as EUR in use; not “%s”.", code)
            )
        return found

    def _replace_open(self, values, measure):
        """End an open request about the same, or say that it is covered already."""
        # sudo: whoever asked before, there is one open request a record and kind
        found = self.sudo().search(
            [
                ("res_model", "=", values["res_model"]),
                ("res_id", "=", values["res_id"]),
                ("kind", "=", values["kind"]),
                ("state", "in", ["asked", "approved"]),
            ]
        )
        today = self._today_of(values["company_id"])
        for one in found:
            granted = measures.decode(one.granted or one.measure)
            last = one.granted_until if one.state == "approved" else one.valid_until
            if measures.covers(granted, measure) and (not last or last >= today):
                raise UserError(
                    self.env._(
                        "“%(name)s” was asked already by %(who)s (%(state)s). Open it"
                        " instead of asking again.",
                        name=one.display_name,
                        who=one.requester_id.name,
                        state=one._state_words(),
                    )
                )
            one._command(approvals.Outgrow(today))
            one._close_activities(self.env._("Replaced by a new request."))

    def _today_of(self, company_id):
        return self.env["res.company"].browse(company_id)._kam_today()

    def _state_words(self):
        return dict(self._fields["state"]._description_selection(self.env))[self.state]

    def _param_words(self, key, value):
        if key == "state":
            labels = dict(self._fields["state"]._description_selection(self.env))
            return labels.get(value, value)
        return super()._param_words(key, value)

    def _event_titles(self):
        _ = self.env._
        return {
            **super()._event_titles(),
            "Created": _("Asked"),
            "Approved": _("Approved"),
            "ApprovedLess": _("Approved, less than asked"),
            "Refused": _("Refused"),
            "Withdrawn": _("Withdrawn"),
            "Expired": _("Expired"),
            "Used": _("Used"),
            "Voided": _("Void: outgrown or replaced"),
            "Redirected": _("Another approver"),
        }

    def _note_labels(self):
        return {**super()._note_labels(), "answer": self.env._("Answer")}
