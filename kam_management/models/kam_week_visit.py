from odoo import fields, models


class KamWeekVisit(models.Model):
    _name = "kam.week.visit"
    _inherit = ["kam.event.sourced.part"]
    _description = "Visit as it was committed"
    _order = "planned_start, id"
    _rec_name = "visit_id"
    _part_of = ("week_id", "visit_ids")

    week_id = fields.Many2one("kam.week", required=True, ondelete="cascade", index=True)
    visit_id = fields.Many2one(
        "kam.visit", required=True, ondelete="restrict", index=True
    )
    account_id = fields.Many2one(related="visit_id.account_id")
    kind_id = fields.Many2one("kam.visit.kind", required=True, ondelete="restrict")
    planned_start = fields.Datetime("Committed for", required=True)
    planned_stop = fields.Datetime("Until", required=True)
    version = fields.Integer(
        "Version of the visit", aggregator=None, help="At the moment of commitment."
    )
    state = fields.Selection(related="visit_id.state", string="Now")
    now_start = fields.Datetime(related="visit_id.planned_start", string="Now planned")
    change_reason = fields.Char(related="visit_id.change_reason")

    def _part_words(self, words):
        return f"{words['visit_id']}, {words['planned_start']}"
