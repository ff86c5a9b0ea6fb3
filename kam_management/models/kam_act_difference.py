"""A difference between both sides' lines: why, who settles it, until when."""

from odoo import api, fields, models
from odoo.tools import format_date

from .kam_act_their import RESULTS

CAUSES = [
    ("transit", "On its way at the end of the period"),
    ("not_ours", "Not posted by us"),
    ("not_theirs", "Not posted by them"),
    ("our_amount", "Our amount is wrong"),
    ("their_amount", "Their amount is wrong"),
    ("date", "Posted in another period"),
    ("claim", "Claim or dispute"),
    ("exchange", "Exchange difference"),
    ("other", "Other"),
]
DUE_DAYS = 7
MOST_TASKS = 100  # a task each; more are one task of the act


class KamActDifference(models.Model):
    _name = "kam.act.difference"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Difference in a reconciliation act"
    _order = "act_id desc, state, date, id"

    act_id = fields.Many2one(
        "kam.act", required=True, ondelete="cascade", index=True, readonly=True
    )
    partner_id = fields.Many2one(related="act_id.partner_id", store=True, index=True)
    company_id = fields.Many2one(related="act_id.company_id", store=True)
    currency_id = fields.Many2one(related="act_id.currency_id")
    result = fields.Selection(
        [one for one in RESULTS if one[0] != "agreed"], required=True, readonly=True
    )
    date = fields.Date(readonly=True)
    our_document = fields.Char(readonly=True)
    our_amount = fields.Monetary(readonly=True)
    their_document = fields.Char(readonly=True)
    their_amount = fields.Monetary(readonly=True)
    amount = fields.Monetary(
        "Difference", compute="_compute_amount", store=True, help="Ours less theirs."
    )
    line_ids = fields.Many2many(
        "kam.act.line", "kam_act_difference_line_rel", string="Our lines", readonly=True
    )
    remark = fields.Text("Their remark", readonly=True)
    from_portal = fields.Boolean("By the customer", readonly=True)
    cause = fields.Selection(CAUSES, tracking=True)
    note = fields.Text()
    user_id = fields.Many2one(
        "res.users",
        "Owner",
        domain=[("share", "=", False)],
        tracking=True,
        index="btree_not_null",
    )
    date_due = fields.Date("Due", tracking=True)
    state = fields.Selection(
        [("open", "Open"), ("settled", "Settled")],
        default="open",
        required=True,
        tracking=True,
        index=True,
    )

    @api.depends("our_amount", "their_amount")
    def _compute_amount(self):
        for one in self:
            one.amount = one.our_amount - one.their_amount

    @api.depends("our_document", "their_document", "result")
    def _compute_display_name(self):
        results = dict(self._fields["result"]._description_selection(self.env))
        for one in self:
            document = one.our_document or one.their_document or ""
            one.display_name = f"{document} ({results.get(one.result)})".strip()

    @api.model_create_multi
    def create(self, vals_list):
        """A difference with an owner is a task of theirs at once."""
        made = super().create(vals_list)
        owned = made.filtered("user_id")
        if len(owned) <= MOST_TASKS:
            owned._schedule()
        else:
            owned.act_id._schedule_differences()
        return made

    def write(self, vals):
        """Move the task with its owner and date; end it with the difference."""
        result = super().write(vals)
        if {"user_id", "date_due"} & vals.keys():
            self.filtered(lambda one: one.state == "open" and one.user_id)._schedule()
        if vals.get("state") == "settled":
            self.activity_feedback(["mail.mail_activity_data_todo"])
        return result

    def _schedule(self):
        """Make or move the activity of the owner."""
        for one in self:
            due = one.date_due or fields.Date.add(
                self.env.company._kam_today(), days=DUE_DAYS
            )
            values = {"user_id": one.user_id.id, "date_deadline": due}
            known = one.activity_ids.filtered(lambda task: task.active)[:1]
            if known:
                # sudo: the task may be somebody else's so far
                known.sudo().write(values)
                continue
            one.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._(
                    "Act %(act)s: %(difference)s",
                    act=one.act_id.number,
                    difference=one.display_name,
                ),
                note=one.remark or "",
                **values,
            )

    def action_settle(self):
        """Note that the difference is settled."""
        return self.write({"state": "settled"})

    def action_reopen(self):
        """Take the difference up again."""
        return self.write({"state": "open"})

    def _told(self):
        """Return the difference as the portal shows it."""
        self.ensure_one()
        return {
            "date": format_date(self.env, self.date),
            "document": self.our_document or self.their_document,
            "remark": self.remark,
            "state": self.state,
        }
