"""Needs and openings: what an account wants from us, and where more could be sold."""

from odoo import api, fields, models
from odoo.exceptions import MissingError, UserError
from odoo.fields import Domain

from ..kam_core import needs
from ..kam_core.record import Create
from .kam_event_sourced_values import MAX_ID

KINDS = [("need", "Need"), ("opening", "Opening")]
STATES = [("open", "Open"), ("met", "Met"), ("dropped", "Dropped")]


class KamNeed(models.Model):
    _name = "kam.need"
    _inherit = ["kam.event.sourced", "mail.thread", "mail.activity.mixin"]
    _description = "Need or opening"
    _order = "state desc, due_on, id desc"
    _rec_names_search = ["name", "account_id.partner_id.complete_name"]
    _core = needs

    account_id = fields.Many2one(
        "kam.account",
        "Key account",
        required=True,
        ondelete="restrict",
        index=True,
    )
    partner_id = fields.Many2one(related="account_id.partner_id", string="Customer")
    account_user_id = fields.Many2one(
        related="account_id.user_id", string="Key account manager"
    )
    company_id = fields.Many2one(
        "res.company", required=True, ondelete="restrict", index=True, readonly=True
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, ondelete="restrict", readonly=True
    )
    kind = fields.Selection(
        KINDS,
        required=True,
        default="need",
        index=True,
        tracking=True,
        help="A need: what they want from us. An opening: where we could sell more.",
    )
    # the core asks for it: a required text could not be erased with a person
    name = fields.Char("What", tracking=True)
    note = fields.Text("Details", help="What it takes, who decides, what they use now.")
    category_id = fields.Many2one(
        "product.category", "Product category", ondelete="restrict", index=True
    )
    amount = fields.Monetary(
        "Expected a year",
        tracking=True,
        help="Sales without tax that it may bring in a year.",
    )
    due_on = fields.Date(
        "By", index=True, tracking=True, help="The day by which it is to be seen to."
    )
    user_id = fields.Many2one(
        "res.users",
        "Seen to by",
        ondelete="restrict",
        index=True,
        tracking=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
    )
    state = fields.Selection(
        STATES, default="open", required=True, readonly=True, index=True, tracking=True
    )
    closed_on = fields.Date(readonly=True, copy=False)
    reason = fields.Text("Outcome", copy=False, help="What came of it, and why.")
    active = fields.Boolean(default=True)
    is_late = fields.Boolean(compute="_compute_is_late", search="_search_is_late")

    @api.depends("name", "kind")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for record in self:
            record.display_name = record.name or labels.get(record.kind, "")

    @api.depends("due_on", "state")
    def _compute_is_late(self):
        today = self.env.company._kam_today()
        for record in self:
            record.is_late = bool(
                record.state == "open" and record.due_on and record.due_on < today
            )

    @api.model
    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = Domain("state", "=", "open") & Domain(
            "due_on", "<", self.env.company._kam_today()
        )
        return found if True in value else ~found

    # ------------------------------------------------------------------- input
    @api.model_create_multi
    def create(self, vals_list):
        accounts = self.env["kam.account"].browse(
            {one.get("account_id") for one in vals_list if _is_id(one)}
        )
        try:  # read together what each needs of its account
            accounts.mapped("company_id.currency_id")
        except MissingError as error:
            raise UserError(
                self.env._("“Key account” does not exist any more; choose another.")
            ) from error
        return super().create([self._with_company(vals) for vals in vals_list])

    def _with_company(self, vals):
        """The company and its currency are the account's, whatever was given."""
        account_id = vals.get("account_id") or self.env.context.get(
            "default_account_id"
        )
        if not _is_id({"account_id": account_id}):
            return vals
        company = self.env["kam.account"].browse(account_id).company_id
        return {**vals, "company_id": company.id, "currency_id": company.currency_id.id}

    def _decide(self, state, command):
        user_id = None
        match command:
            case Create(values):
                user_id = values["user_id"]
            case needs.Edit(changes):
                user_id = changes.get("user_id")
        if user_id:
            self.env["res.users"]._kam_check_internal({user_id})
        return super()._decide(state, command)

    def _acting_for(self, states):
        """Name the owner or head for whom a substitute acts."""
        # sudo: who answers for an account is no secret to who writes about it
        accounts = (
            self.env["kam.account"]
            .sudo()
            .browse([state.account_id for state in states])
        )
        today = self.env.company._kam_today()
        return self.env["kam.delegation"]._behalf(
            [account._answer_on(today) for account in accounts],
            [account.partner_id.id for account in accounts],
            [state.company_id for state in states],
        )

    # ----------------------------------------------------------------- buttons
    def action_meet(self):
        """It was fulfilled, or sold: today."""
        return self.meet()

    def action_drop(self):
        """It is given up today; “Outcome” says why."""
        return self.drop()

    def action_reopen(self):
        """It is open again."""
        return self.reopen()

    def meet(self, reason=None, on=None, expected_version=None, command_id=None):
        """Close needs and openings as met.

        :param reason: what came of it; what is noted in “Outcome” when left out
        :param on: date, ``YYYY-MM-DD``, up to today; today when left out
        :param expected_version: refuse when one has changed since this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        :raises UserError: closed already, or a day that has not come
        """
        return self._close(needs.Meet, "meet", reason, on, expected_version, command_id)

    def drop(self, reason=None, on=None, expected_version=None, command_id=None):
        """Give needs and openings up; see :meth:`meet`. A reason is needed."""
        return self._close(needs.Drop, "drop", reason, on, expected_version, command_id)

    def _close(self, make, name, reason, on, expected_version, command_id):
        today = self.env.company._kam_today()
        command = make(self._day_given(on) or today, today, self._reason(reason))
        return self._once(
            command_id,
            [name, self.ids, reason, on, expected_version],
            lambda model: model.browse(self.ids)._command(command, expected_version),
        )

    def reopen(self, expected_version=None, command_id=None):
        """Open what was met or dropped again; see :meth:`meet`."""
        return self._once(
            command_id,
            ["reopen", self.ids, expected_version],
            lambda model: model.browse(self.ids)._command(
                needs.Reopen(), expected_version
            ),
        )

    def action_opportunity(self):
        """Start an opportunity in the pipeline from an opening."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.lead",
            "views": [(False, "form")],
            "context": {
                "default_type": "opportunity",
                "default_name": self.name,
                "default_partner_id": self.account_id.partner_id.id,
                "default_expected_revenue": self.amount,
                "default_date_deadline": fields.Date.to_string(self.due_on) or False,
                "default_user_id": self.user_id.id,
                "default_description": self.note or False,
            },
        }

    # ------------------------------------------------------------------- words
    def _event_titles(self):
        _ = self.env._
        return {
            **super()._event_titles(),
            "Created": _("Noted"),
            "NeedMet": _("Met"),
            "NeedDropped": _("Dropped"),
            "NeedReopened": _("Reopened"),
            "NeedEstimated": _("Estimated anew"),
            "NeedRescheduled": _("Day moved"),
            "NeedAssigned": _("Given to somebody else"),
        }


def _is_id(vals):
    account_id = vals.get("account_id")
    return isinstance(account_id, int) and 0 < account_id <= MAX_ID
