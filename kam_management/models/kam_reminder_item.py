"""The invoices of a reminder: each gets each stage once, the database sees to it."""

from odoo import fields, models


class KamReminderItem(models.Model):
    _name = "kam.reminder.item"
    _inherit = ["kam.event.sourced.part"]
    _description = "Invoice in a reminder"
    _order = "date_due, id"
    _rec_name = "move_id"
    _part_of = ("reminder_id", "item_ids")

    reminder_id = fields.Many2one(
        "kam.reminder", required=True, ondelete="cascade", index=True
    )
    currency_id = fields.Many2one(related="reminder_id.currency_id")
    move_id = fields.Many2one(
        "account.move", "Invoice", required=True, ondelete="restrict", index=True
    )
    line_id = fields.Many2one(
        "account.move.line", "Journal item", required=True, ondelete="restrict"
    )
    stage_id = fields.Many2one("kam.reminder.stage", ondelete="restrict", index=True)
    date_due = fields.Date("Due")
    amount = fields.Float("Asked for", digits=(16, 3))

    _line_stage_uniq = models.UniqueIndex(
        "(line_id, stage_id)",
        "This invoice has had this reminder already: run the reminders again.",
    )
