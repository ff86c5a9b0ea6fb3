"""Targets: thin; the rules are in ``kam_core/targets/targets.py``."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..kam_core.targets import targets

LEVELS = [
    ("company", "Company"),
    ("team", "Team"),
    ("user", "Manager"),
    ("account", "Account"),
]
STATES = [
    ("draft", "Draft"),
    ("proposed", "Proposed"),
    ("approved", "Approved"),
    ("replaced", "Replaced"),
]
COPIED = (
    "kpi_id",
    "company_id",
    "level",
    "team_id",
    "user_id",
    "account_id",
    "date_from",
    "date_to",
    "plan",
    "parent_id",
)


class KamTarget(models.Model):
    _name = "kam.target"
    _inherit = ["kam.event.sourced", "mail.thread", "mail.activity.mixin"]
    _description = "Target"
    _order = "date_from desc, level, kpi_id, id"
    _core = targets

    kpi_id = fields.Many2one(
        "kam.kpi", "Key figure", required=True, ondelete="restrict", index=True
    )
    unit = fields.Selection(related="kpi_id.unit")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        ondelete="restrict",
        index=True,
        default=lambda self: self.env.company.root_id,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    level = fields.Selection(LEVELS, "For", required=True, default="user")
    team_id = fields.Many2one(
        "crm.team", "Sales team", ondelete="restrict", index="btree_not_null"
    )
    user_id = fields.Many2one(
        "res.users",
        "Key account manager",
        ondelete="restrict",
        index=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        tracking=True,
    )
    account_id = fields.Many2one(
        "kam.account", ondelete="restrict", index="btree_not_null"
    )
    date_from = fields.Date(
        "From",
        required=True,
        default=lambda self: self.env.company._kam_today().replace(day=1),
    )
    date_to = fields.Date(
        "To",
        required=True,
        default=lambda self: fields.Date.end_of(self.env.company._kam_today(), "month"),
        help="Included.",
    )
    plan = fields.Float(
        required=True,
        digits=(16, 4),
        tracking=True,
        aggregator=None,
        help="In the unit of the key figure; money without tax; percent as a ratio.",
    )
    state = fields.Selection(
        STATES, default="draft", required=True, tracking=True, copy=False, readonly=True
    )
    revision = fields.Integer("Version", default=1, readonly=True, aggregator=None)
    parent_id = fields.Many2one(
        "kam.target", "Part of", ondelete="restrict", index=True, readonly=True
    )
    child_ids = fields.One2many("kam.target", "parent_id", "Parts")
    replaces_id = fields.Many2one(
        "kam.target", ondelete="restrict", readonly=True, copy=False
    )
    approved_by_id = fields.Many2one(
        "res.users", ondelete="restrict", readonly=True, copy=False
    )
    note = fields.Text()
    may_approve = fields.Boolean(compute="_compute_may_approve")

    @api.depends("kpi_id", "level", "team_id", "user_id", "account_id", "date_from")
    def _compute_display_name(self):
        for target in self:
            target.display_name = self.env._(
                "%(kpi)s, %(who)s, %(day)s",
                kpi=target.kpi_id.name or "",
                who=target._holder_name() or "",
                day=target.date_from or "",
            )

    def _holder_name(self):
        holder = {
            "team": self.team_id,
            "user": self.user_id,
            "account": self.account_id,
        }.get(self.level, self.company_id)
        return holder.display_name

    @api.depends_context("uid")
    @api.depends("user_id", "level", "state")
    def _compute_may_approve(self):
        for target in self:
            target.may_approve = target._approves()

    def _approves(self):
        """Tell whether the user decides: the head of whom it is for, or a director."""
        user = self.env.user
        if self.env.su or user.has_group("kam_management.group_kam_director"):
            return True
        own = self.level in ("user", "account") and self.user_id == user
        head = user.has_group("kam_management.group_kam_head")
        return head and not own and self.level != "company"

    @api.onchange("level")
    def _onchange_level(self):
        if self.level in ("company", "team"):
            self.user_id = False
        if self.level != "account":
            self.account_id = False
        if self.level != "team":
            self.team_id = False

    def _initial_values(self, stored):
        values = super()._initial_values(stored)
        company = self.env["res.company"].browse(values["company_id"] or ()).exists()
        return {**values, "company_id": company.root_id.id or None}

    # --------------------------------------------------------------- decisions
    def propose(self, command_id=None):
        """Ask the head to approve the targets.

        :param command_id: UUID chosen by the caller; the same again changes nothing
        """
        return self._once(
            command_id,
            ["propose", self.ids],
            lambda model: model.browse(self.ids)._command(targets.Propose()),
        )

    def approve(self, expected_version=None, command_id=None):
        """Make the targets the plan; each replaces the version before it.

        :param expected_version: version the decision was made on
        :param command_id: UUID chosen by the caller; the same again changes nothing
        """
        return self._once(
            command_id,
            ["approve", self.ids, expected_version],
            lambda model: model.browse(self.ids)._approve(expected_version),
        )

    def _approve(self, expected_version=None):
        self.check_access("write")
        if not all(target._approves() for target in self):
            raise AccessError(
                self.env._(
                    "Targets are approved by the head of whom they are for, one of a"
                    " head by the director. Propose it to them."
                )
            )
        self._command(targets.Approve(self.env.uid), expected_version)
        old = self.replaces_id
        if old:
            old._command(targets.Supersede())
        return True

    def send_back(self, reason, command_id=None):
        """Return proposed targets with what is to change.

        :param reason: a sentence
        :param command_id: UUID chosen by the caller; the same again changes nothing
        """
        reason = self._reason(reason)

        def action(model):
            records = model.browse(self.ids)
            records.check_access("write")
            if not all(target._approves() for target in records):
                raise AccessError(
                    model.env._("Targets are sent back by those who approve them.")
                )
            records._command(targets.SendBack(reason))
            for record in records:
                record.message_post(body=str(reason))
            return True

        return self._once(command_id, ["send_back", self.ids, reason], action)

    def replan(self, command_id=None):
        """Make the next version of approved targets, as drafts.

        :param command_id: UUID chosen by the caller; the same again changes nothing
        :return: ids of the drafts
        """

        def action(model):
            olds = model.browse(self.ids)
            olds.check_access("read")
            if any(old.state != "approved" for old in olds):
                raise UserError(
                    model.env._(
                        "Only an approved target is planned anew; a draft is changed."
                    )
                )
            return model.create([old._next_version() for old in olds]).ids

        return self._once(command_id, ["replan", self.ids], action)

    def _next_version(self):
        values = {name: self[name] for name in COPIED}
        return {
            **{k: getattr(v, "id", v) for k, v in values.items()},
            "revision": self.revision + 1,
            "replaces_id": self.id,
        }

    def action_propose(self):
        """Ask the head to approve."""
        return self.propose()

    def action_approve(self):
        """Make it the plan."""
        return self.approve()

    def action_replan(self):
        """Open the next version."""
        self.ensure_one()
        return self._open(self.replan(), self.env._("Next version"))

    def action_parts(self):
        """Open the parts of the target."""
        return self._open(self.child_ids.ids, self.env._("Parts"))

    def _open(self, ids, name):
        action = {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "kam.target",
            "domain": [("id", "in", ids)],
            "views": [(False, "list"), (False, "form")],
        }
        if len(ids) == 1:
            action.update(res_id=ids[0], views=[(False, "form")])
        return action

    def _event_titles(self):
        _ = self.env._
        return {
            **super()._event_titles(),
            "Created": _("Drafted"),
            "TargetProposed": _("Proposed"),
            "TargetApproved": _("Approved"),
            "TargetSentBack": _("Sent back"),
            "TargetReplaced": _("Replaced by a later version"),
            "PlanChanged": _("Plan changed"),
        }
