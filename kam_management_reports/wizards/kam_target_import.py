"""Plans that come back as a workbook: read, checked by the core, taken over or not."""

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.kam_management.cell_file import decode, read_cells

WIDTH = 7


class KamTargetImport(models.TransientModel):
    _name = "kam.target.import"
    _description = "Import of edited plans"

    file = fields.Binary(attachment=False)
    file_name = fields.Char()

    def action_apply(self):
        """Take over the plans of the file, all or none."""
        self.ensure_one()
        ids = self.env["kam.target"].import_plans(self._rows())
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Plans changed"),
            "res_model": "kam.target",
            "domain": [("id", "in", ids)],
            "views": [(False, "list"), (False, "form")],
        }

    def _rows(self):
        """Return [number, values] of the rows below the heads."""
        _names, found = read_cells(self.env, decode(self.env, self.file))
        rows = [
            (number, [*values, *[None] * WIDTH][:WIDTH])
            for number, values in enumerate(found, 1)
        ]
        head = next((n for n, row in rows if all(row)), None)
        if head is None:
            raise UserError(
                self.env._("“File” has no table of plans: take it from Targets.")
            )
        # the heads are the first full row; whatever is empty below is no target
        return [[n, row] for n, row in rows if n > head and any(row)]
