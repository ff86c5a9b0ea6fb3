"""What a report may be asked: the fields that its dialog and its schedule share.

A report names those it understands in ``_asks``; the others are not shown, not kept and
not handed on. Days are kept as named periods, so that a schedule moves with the time.
"""

from types import SimpleNamespace

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..kam_sheets import periods

PERIODS = [
    ("today", "Today"),
    ("yesterday", "Yesterday"),
    ("this_week", "This week"),
    ("last_week", "Last week"),
    ("next_week", "Next week"),
    ("this_month", "This month"),
    ("last_month", "Last month"),
    ("this_quarter", "This quarter"),
    ("last_quarter", "Last quarter"),
    ("this_year", "This year"),
    ("last_year", "Last year"),
    ("last_12_months", "Last twelve months"),
    ("custom", "From … to …"),
]
WRONG = (
    AttributeError,
    IndexError,
    KeyError,
    OverflowError,
    TypeError,
    ValueError,
)


class KamReportQuestion(models.AbstractModel):
    _name = "kam.report.question"
    _description = "What a report is asked"

    @api.model
    def _selection_report(self):
        reports = self.env["kam.workbook"]._reports()
        return [(code, model._title()) for code, model in reports.items()]

    report = fields.Selection("_selection_report", required=True)
    asks = fields.Char(compute="_compute_asks", help="Which fields the report asks.")

    period = fields.Selection(PERIODS, default="this_month")
    date_from = fields.Date("From")
    date_to = fields.Date("To", help="Included.")
    as_of_kind = fields.Selection(
        [
            ("today", "Today"),
            ("month_end", "End of last month"),
            ("custom", "On a day"),
        ],
        "As of",
        default="today",
    )
    as_of = fields.Date("Day", help="The last accounting date that counts.")
    clock = fields.Selection(
        [("was", "As it was"), ("known", "As we knew it then")],
        default="was",
        help="As it was: with all that was entered later for that time. As we knew it:"
        " only what had been entered by the end of the day.",
    )
    base = fields.Selection(
        [("due", "Due date"), ("invoice", "Invoice date")], "Ages from", default="due"
    )
    owner = fields.Selection(
        [("now", "of today"), ("then", "of that day")], "Manager", default="now"
    )
    currency_id = fields.Many2one(
        "res.currency", help="Only documents in it. Empty: all, in company currency."
    )
    detail = fields.Selection(
        [("summary", "Totals"), ("detail", "With their documents")],
        "Show",
        default="summary",
    )
    user_ids = fields.Many2many(
        "res.users",
        string="Key account managers",
        domain=[("share", "=", False)],
        help="Empty: all whom you may see.",
    )
    account_ids = fields.Many2many(
        "kam.account",
        string="Key accounts",
        help="Empty: all that you may see.",
    )
    partner_ids = fields.Many2many(
        "res.partner", string="Customers", domain=[("is_company", "=", True)]
    )

    @api.depends("report")
    def _compute_asks(self):
        reports = self.env["kam.workbook"]._reports()
        for one in self:
            model = reports.get(one.report)
            one.asks = f",{','.join(model._asks)}," if model is not None else ""

    # ------------------------------------------------------------------ as data
    @api.model
    def _question_fields(self):
        """Return the names of the fields that reports may ask."""
        return [
            name
            for name, field in self.env["kam.report.question"]._fields.items()
            if field.store
            and name not in models.MAGIC_COLUMNS
            and name not in ("report", "asks", "display_name")
        ]

    def _asked_fields(self, report):
        """Return the names that matter to a report, with the days of its periods."""
        found = list(self.env["kam.workbook"]._reports()[report]._asks)
        if "period" in found:
            found += ["date_from", "date_to"]
        if "as_of_kind" in found:
            found.append("as_of")
        return [name for name in found if name in self._question_fields()]

    def _as_data(self):
        """Return the question as JSON data: only what the report asks."""
        self.ensure_one()
        return {name: self._plain(name) for name in self._asked_fields(self.report)}

    def _plain(self, name):
        field, value = self._fields[name], self[name]
        if field.relational:
            ids = value._origin.ids
            return ids if field.type == "many2many" else (ids[0] if ids else False)
        return field.convert_to_write(value, self) and (
            str(value) if field.type in ("date", "datetime") else value
        )

    @api.model
    def _from_data(self, report, data):
        """Return what a question in JSON data asks, with days resolved.

        :param report: code of a report
        :param data: dict as :meth:`_as_data` gives, perhaps from outside; names the
            report does not ask are passed over
        :return: namespace: one attribute for each field of a question; links are
            records of the present user, who may read them
        :raises UserError: a value that is none, named by its field
        :raises AccessError: a record that the user may not read
        """
        if not isinstance(data or {}, dict):
            raise UserError(self.env._("The question of a report is an object."))
        asked = self._asked_fields(report)
        data = {**self.env["kam.workbook"]._reports()[report]._usual, **(data or {})}
        found = SimpleNamespace()
        for name in self._question_fields():
            given = data.get(name) if name in asked else None
            setattr(found, name, self._answer(name, given))
        self._resolve(found)
        return found

    def _answer(self, name, given):
        field = self._fields[name]
        if given is None or given is False:
            default = field.default
            given = default(self) if default and not field.relational else given
        try:
            return self._convert(field, given)
        except WRONG as error:
            raise UserError(
                self.env._(
                    "“%(field)s” cannot be %(value)s. Choose another.",
                    field=field._description_string(self.env),
                    value=repr(given)[:80],
                )
            ) from error

    def _convert(self, field, given):
        if field.relational:
            ids = [given] if isinstance(given, int) and given else list(given or ())
            if not all(isinstance(one, int) and 0 < one < 2**31 for one in ids):
                raise ValueError(given)
            records = self.env[field.comodel_name].browse(ids).exists()
            if records:
                records.check_access("read")
            return records
        if field.type == "selection" and given:
            if given not in dict(field._description_selection(self.env)):
                raise ValueError(given)
            return given
        value = field.convert_to_cache(given, self.env["kam.report.wizard"])
        return value or False

    def _resolve(self, found):
        """Give the days of named periods, as of the company's today."""
        today = self.env.company._kam_today()
        if found.period != "custom":
            found.date_from, found.date_to = periods.days_of(found.period, today)
        found.date_to = found.date_to or today
        found.date_from = found.date_from or found.date_to.replace(day=1)
        if found.date_from > found.date_to:
            raise UserError(
                self.env._("“From” lies after “To”: choose days that follow.")
            )
        if found.as_of_kind != "custom":
            ends = {"today": today, "month_end": periods.month_end(today)}
            found.as_of = ends[found.as_of_kind]
        found.as_of = found.as_of or today

    @api.model
    def _words(self, report, asked):
        """Return [(label, text)] of what was asked, for the head of a sheet."""
        found = []
        names = self.env["kam.workbook"]._reports()[report]._asks
        for name in names:
            if name == "period":
                days = (asked.date_from, asked.date_to)
                text = " … ".join(format_date(self.env, one) for one in days)
            elif name == "as_of_kind":
                text = format_date(self.env, asked.as_of)
            else:
                text = self._word(name, getattr(asked, name))
            if text:
                found.append((self._fields[name]._description_string(self.env), text))
        return found

    def _word(self, name, value):
        field = self._fields[name]
        if field.relational:
            shown = value[:5].mapped("display_name")
            more = len(value) - len(shown)
            return ", ".join(shown) + (f" (+{more})" if more > 0 else "")
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "")
        return str(value) if value else ""
