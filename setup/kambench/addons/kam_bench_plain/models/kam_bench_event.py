from odoo import fields, models


class KamBenchEvent(models.Model):
    """The columns of an event on an ordinary model."""

    _name = "kam.bench.event"
    _description = "Event kept by the ORM"
    _log_access = False

    stream_id = fields.Integer(required=True)
    version = fields.Integer(required=True)
    type = fields.Char(required=True)
    schema = fields.Integer(required=True)
    company_id = fields.Integer()
    actor_id = fields.Integer(required=True)
    behalf_id = fields.Integer()
    command_id = fields.Char()
    causation_id = fields.Integer()
    effective_at = fields.Datetime(required=True)
    recorded_at = fields.Datetime(required=True)
    hash = fields.Char(required=True)
    payload = fields.Json(required=True)
    confidential = fields.Json()
