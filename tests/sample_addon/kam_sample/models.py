from odoo import fields, models

from . import core


class KamSampleVehicle(models.Model):
    _name = "kam.sample.vehicle"
    _inherit = ["kam.event.sourced"]
    _description = "Vehicle"
    _core = core

    name = fields.Char()
    kilometres = fields.Integer()
    colour = fields.Char(help="A plain field: its changes are no events.")
