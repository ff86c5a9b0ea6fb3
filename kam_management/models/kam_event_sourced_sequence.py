"""Ids the log has given are not given again, after a reinstall either."""

from odoo import models


class KamEventSourced(models.AbstractModel):
    _inherit = "kam.event.sourced"

    def init(self):  # pylint: disable=missing-return
        super().init()
        if self._core:
            self.env["kam.projector"]._advance_sequence(self)
