"""Plans that come back as a workbook: read, checked by the core, taken over or not."""

import base64
import io
import zipfile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from odoo import fields, models
from odoo.exceptions import UserError

WIDTH = 7
MOST = 20_000  # rows; a larger file is none of ours
UNREADABLE = (
    InvalidFileException,
    KeyError,
    OSError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
)


class KamTargetImport(models.TransientModel):
    _name = "kam.target.import"
    _description = "Import of edited plans"

    file = fields.Binary("Workbook", attachment=False)
    file_name = fields.Char()

    def action_apply(self):
        """Take over the plans of the file, all or none."""
        self.ensure_one()
        if not self.file:
            raise UserError(
                self.env._("“Workbook” is missing: choose the edited file.")
            )
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
        try:
            content = io.BytesIO(base64.b64decode(self.file))
            book = load_workbook(content, read_only=True, data_only=True)
            lines = book.worksheets[0].iter_rows(
                max_col=WIDTH, max_row=MOST, values_only=True
            )
            rows = [(number, list(values)) for number, values in enumerate(lines, 1)]
        except UNREADABLE as error:
            raise UserError(
                self.env._("“Workbook” cannot be read: save it as an .xlsx file.")
            ) from error
        head = next((n for n, row in rows if all(row) and len(row) == WIDTH), None)
        if head is None:
            raise UserError(
                self.env._("“Workbook” has no table of plans: take it from Targets.")
            )
        # the heads are the first full row; whatever is empty below is no target
        return [[n, row] for n, row in rows if n > head and any(row)]
