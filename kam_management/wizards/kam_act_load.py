"""The dialog that reads the customer's own act: columns, a look at it, the match."""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..cell_file import decode, read_cells
from ..kam_core.receivables import matching, their_file
from ..kam_core.receivables.their_file import Columns, letter
from ..kam_core.record import DomainError

SHOWN_ROWS, SHOWN_COLUMNS = 14, 16
COLUMNS = [(letter(n), letter(n)) for n in range(their_file.MOST_COLUMNS)]
PLACES = {name: n for n, (name, _label) in enumerate(COLUMNS)}
COLORS = {
    "date": "table-info",
    "number": "table-secondary",
    "debit": "table-success",
    "credit": "table-warning",
    "amount": "table-success",
}


class KamActLoad(models.TransientModel):
    _name = "kam.act.load"
    _description = "The customer's own act: dialog"

    act_id = fields.Many2one("kam.act", required=True, ondelete="cascade")
    data = fields.Binary("File", attachment=False)
    file_name = fields.Char()
    sheet = fields.Integer(default=1, help="Number of the sheet, from 1.")
    sheet_names = fields.Char("Sheets", readonly=True)
    first_row = fields.Integer("First row", default=1)
    date_column = fields.Selection(COLUMNS, "Date")
    number_column = fields.Selection(COLUMNS, "Document")
    debit_column = fields.Selection(COLUMNS, "Debit")
    credit_column = fields.Selection(COLUMNS, "Credit")
    amount_column = fields.Selection(
        COLUMNS, "Amount", help="Where one column has both, credits below zero."
    )
    mirrored = fields.Boolean(
        "By their books",
        default=True,
        help="Their debit is our credit. Untick when the file has our sides.",
    )
    days = fields.Integer("Days apart", default=matching.DAYS)
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    # ------------------------------------------------------------------ reading
    def _rows(self):
        data = decode(self.env, self.data)
        return read_cells(self.env, data, (self.sheet or 1) - 1)

    @api.onchange("data", "sheet")
    def _onchange_data(self):
        """Guess the columns of a file that was just chosen."""
        if not self.data:
            return None
        try:
            names, rows = self._rows()
        except UserError as refusal:
            self.data = False
            return {"warning": {"title": self.env._("File"), "message": str(refusal)}}
        self.sheet_names = ", ".join(names)
        self._choose(their_file.guess(rows))
        return None

    def _choose(self, columns):
        self.first_row = columns.first_row + 1
        for name in their_file.FIELDS:
            place = getattr(columns, name)
            self[f"{name}_column"] = False if place is None else letter(place)

    def _columns(self):
        return Columns(
            max(self.first_row, 1) - 1,
            **{name: PLACES.get(self[f"{name}_column"]) for name in their_file.FIELDS},
        )

    def _read_table(self):
        _names, rows = self._rows()
        try:
            return their_file.read(rows, self._columns())
        except DomainError as refusal:
            # the templates come from the core, where they are marked for translation
            words = {
                key: self.env._(value) if key == "wanted" else value  # pylint: disable=translation-contains-variable,translation-not-lazy
                for key, value in refusal.params.items()
            }
            message = self.env._(refusal.message, **words)  # pylint: disable=translation-contains-variable,translation-not-lazy
            raise UserError(message) from refusal

    # ------------------------------------------------------------------ preview
    @api.depends(
        "data",
        "sheet",
        "first_row",
        "mirrored",
        *(f"{name}_column" for name in their_file.FIELDS),
    )
    def _compute_preview(self):
        for dialog in self:
            dialog.preview = dialog._preview() if dialog.data else False

    def _preview(self):
        try:
            _names, rows = self._rows()
        except UserError as refusal:
            return Markup('<p class="text-danger">%s</p>') % str(refusal)
        try:
            said = self._said(self._read_table())
        except UserError as refusal:
            said = Markup('<p class="text-danger">%s</p>') % str(refusal)
        return said + self._grid(rows)

    def _said(self, table):
        lines = self.env._(
            "%(count)s documents from %(first)s to %(last)s; %(skipped)s rows of totals"
            " and balances are passed over.",
            count=len(table.lines),
            first=min(one.date for one in table.lines),
            last=max(one.date for one in table.lines),
            skipped=len(table.passed_over),
        )
        return Markup("<p>%s</p>") % lines

    def _grid(self, rows):
        """Return the first rows as a table, the chosen columns in colour."""
        shown = rows[:SHOWN_ROWS]
        width = min(max(map(len, shown), default=0), SHOWN_COLUMNS)
        colors = {
            self[f"{name}_column"]: COLORS[name]
            for name in their_file.FIELDS
            if self[f"{name}_column"]
        }
        head = Markup("").join(
            Markup('<th class="%s">%s</th>') % (colors.get(letter(n), ""), letter(n))
            for n in range(width)
        )
        body = Markup("").join(
            Markup('<tr class="%s"><th>%s</th>%s</tr>')
            % (
                "text-muted" if number < self.first_row else "",
                number,
                Markup("").join(
                    Markup('<td class="%s">%s</td>')
                    % (colors.get(letter(n), ""), _cell(row, n))
                    for n in range(width)
                ),
            )
            for number, row in enumerate(shown, 1)
        )
        return Markup(
            '<div class="table-responsive"><table class="table table-sm'
            ' table-bordered small"><thead><tr><th></th>%s</tr></thead>'
            "<tbody>%s</tbody></table></div>"
        ) % (head, body)

    # -------------------------------------------------------------------- match
    def action_match(self):
        """Read the file, match it with our lines, and show what differs."""
        self.ensure_one()
        self.act_id.check_access("write")
        if not 0 <= self.days <= 366:
            raise UserError(self.env._("“Days apart” is a number from 0 to 366."))
        self.act_id._load_table(self._read_table(), self.mirrored, self.days)
        action = self.act_id.action_view_differences()
        action["target"] = "current"
        return action


def _cell(row, place):
    value = row[place] if place < len(row) else None
    return "" if value is None else str(value)[:40]
