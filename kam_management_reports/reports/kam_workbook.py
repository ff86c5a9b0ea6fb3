"""What every workbook shares: question, rights, language, record of the export.

A report inherits ``kam.workbook``, gives ``_code``, ``_asks``, ``_title`` and
``_book``, and has an ``ir.actions.report`` of type ``xlsx``. It is then in the dialog
*Workbooks*, in schedules, in mail templates and, where bound, in the menu Print.
"""

import base64
import hashlib
import itertools
import tempfile
from types import SimpleNamespace

import pytz
import xlsxwriter

from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL, format_date, format_datetime

from ..kam_sheets.formats import date_code
from ..kam_sheets.sheet import Book, Currency
from ..kam_sheets.writer import STREAMED, options, write

FETCHED = 2000  # rows that a stream reads at once
_numbers = itertools.count(1)
PREFIX = "report.kam_management_reports."
SUFFIX = "_xlsx"
PICTURES = (b"\x89PNG\r\n", b"\xff\xd8\xff")


class KamWorkbook(models.AbstractModel):
    _name = "kam.workbook"
    _inherit = "report.report_xlsx.abstract"
    _description = "Excel workbook of key accounts"
    _code = ""  # short name of the report; none: no report of its own
    _asks = ()  # fields of kam.report.question that it understands
    _usual = {}  # what the dialog begins with, where it is not what others begin with
    _groups = ""  # who is offered it; the records' own rules say what they see
    _for_records = "kam.account"  # model whose records it may be printed for

    # ------------------------------------------------------------------ contract
    def _title(self):
        """Return the report's name, in the reader's language."""
        return self._description

    def _note(self):
        """Return a sentence that the dialog says about the report."""
        return ""

    def _book(self, objs, asked):
        """Return the :class:`Book`, read with the rights of the current user.

        :param objs: records it was printed for; empty when only a question was asked
        :param asked: the question, see ``kam.report.question._from_data``
        """
        raise NotImplementedError

    def _size(self, objs, asked):
        """Return about how many rows there will be; long ones are made in background.

        Quick, and with the rights of the current user.
        """
        return len(objs)

    def _check(self, objs, asked):
        """Refuse a reader who has no business with the report."""
        if self._groups and not self.env.user.has_groups(self._groups):
            raise AccessError(
                self.env._(
                    "The workbook “%s” is not for you; ask your head of sales.",
                    self._title(),
                )
            )
        if objs:
            objs.check_access("read")

    # ------------------------------------------------------------------ registry
    def _reports(self):
        """Return {code: model} of all reports, in the order of their titles."""
        found = {
            model._code: self.env[name]
            for name, model in self.env.registry.items()
            if name.startswith(PREFIX)
            and name.endswith(SUFFIX)
            and getattr(model, "_code", "")
        }
        return dict(sorted(found.items(), key=lambda one: one[1]._title().lower()))

    def _action(self):
        """Return the report's action."""
        name = self._name.removeprefix("report.")
        return self.env["ir.actions.report"]._get_report_from_name(name)

    # ------------------------------------------------------------------- printing
    def create_xlsx_report(self, docids, data):
        """Make the workbook for Odoo's report machinery.

        :param docids: ids of the records it is printed for, or None
        :param data: dict; ``question`` is a question as JSON data
        """
        given = (data or {}).get("question") or {}
        objs = self._get_objs_for_report(docids, data)
        made = self._make(objs, given)
        return made.content, "xlsx"

    def _get_objs_for_report(self, docids, data):
        """Return the records of ``docids``; none when only a question is asked."""
        return self.env[self._for_records].browse(docids or ()).exists()

    def _make(self, objs, given, kind="report", progress=None):
        """Make the workbook of a question, and put on record that it was made.

        :param objs: records, or none
        :param given: the question as JSON data, perhaps from outside
        :param kind: ``report`` or ``schedule``
        :param progress: function(rows written) called now and then, or None
        :return: namespace ``content`` (bytes), ``rows``, ``digest``
        """
        asked = self._asked(given)
        self._check(objs, asked)
        book = self._book(objs, asked)
        if progress:
            for sheet in book.sheets:
                sheet.size = sheet.length()
                sheet.rows = _told(sheet.rows, progress)
        made = self._write(book)
        question = {**self._kept(given), **({"ids": objs.ids[:50]} if objs else {})}
        self.env["kam.export"]._note(
            kind, self._code or self._name, made.rows, question, digest=made.digest
        )
        return made

    def _asked(self, given):
        if not self._code:
            return SimpleNamespace()
        return self.env["kam.report.question"]._from_data(self._code, given)

    def _kept(self, given):
        """Return of a question what is kept on record: the fields that are asked."""
        if not self._code or not given:
            return {}
        asked = self.env["kam.report.question"]._asked_fields(self._code)
        return {name: given[name] for name in asked if name in given}

    def _write(self, book):
        """Write a book into a file, and return it with its rows counted."""
        with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
            workbook = xlsxwriter.Workbook(file.name, options(book))
            rows = write(workbook, book)
            workbook.close()
            content = file.read()
        digest = hashlib.sha256(content).hexdigest()
        return SimpleNamespace(content=content, rows=rows, digest=digest)

    def generate_xlsx_report(self, workbook, data, objs):
        """Write into a workbook that another addon opened."""
        given = (data or {}).get("question") or {}
        asked = self._asked(given)
        self._check(objs, asked)
        write(workbook, self._book(objs, asked))

    # ------------------------------------------------------------------- helpers
    def _make_book(self, title, company, sheets, currencies=()):
        """Return a book in the reader's language and the company's dress.

        :param currencies: further currencies that columns or rows name by code
        """
        currency = company.currency_id
        language = self.env["res.lang"]._get_data(code=self.env.lang or "en_US")
        day = date_code(language.date_format)
        hour = date_code(language.time_format, "hh:mm").removesuffix(":ss")
        return Book(
            title=title,
            author=self.env.user.name,
            currency=currency.symbol or currency.name,
            digits=currency.decimal_places,
            before=currency.position == "before",
            created=fields.Datetime.now(),
            sheets=sheets,
            total=self.env._("Total"),
            page=self.env._("Page {page} of {pages}"),
            continued=self.env._("Continued in “{tab}”"),
            part=self.env._("Part {number}"),
            empty=self.env._("Nothing was found for this question."),
            right_to_left=language.direction == "rtl",
            currencies={
                one.name: Currency(
                    one.name,
                    one.symbol or one.name,
                    one.decimal_places,
                    one.position == "before",
                )
                for one in (*currencies, currency)
            },
            company=company.name,
            logo=self._logo(company),
            date_format=day,
            moment_format=f"{day} {hour}",
        )

    def _streamed(self, query):
        """Yield the rows of a statement, some thousands in memory at a time.

        :param query: SQL; the reader's rules are part of it
        """
        name = SQL.identifier(f"kam_rows_{next(_numbers)}")
        self.env.flush_query(query)
        cr = self.env.cr
        cr.execute(SQL("DECLARE %s NO SCROLL CURSOR FOR %s", name, query))
        while True:
            cr.execute(SQL("FETCH %s FROM %s", SQL(str(FETCHED)), name))
            rows = cr.fetchall()
            yield from rows
            if len(rows) < FETCHED:
                cr.execute(SQL("CLOSE %s", name))
                return

    def _logo(self, company):
        """Return the company's logo where spreadsheets can show it."""
        # sudo: the logo stands on every document that the company sends
        content = base64.b64decode(company.sudo().logo_web or b"")
        return content if content.startswith(PICTURES) else b""

    def _print_facts(self, company, asked=None):
        """Return the head of a sheet: company, question, printed when and by whom."""
        # sudo: address and tax number of one's own company
        office = company.sudo()
        address = ", ".join(
            one for one in (office.street, office.zip, office.city) if one
        )
        where = " · ".join(one for one in (company.name, address, office.vat) if one)
        words = []
        if asked is not None and self._code:
            words = self.env["kam.report.question"]._words(self._code, asked)
        zone = self.env.user.tz or "UTC"
        return [
            (self.env._("Company"), where),
            *words,
            (
                self.env._("Printed"),
                self.env._(
                    "%(moment)s (%(zone)s) by %(user)s",
                    moment=format_datetime(self.env, fields.Datetime.now()),
                    zone=zone,
                    user=self.env.user.name,
                ),
            ),
        ]

    def _local(self, moment):
        """Return a UTC moment in the reader's time zone, as a spreadsheet holds it.

        :param moment: naive datetime in UTC, text as Odoo writes it, or False
        """
        moment = fields.Datetime.to_datetime(moment)
        if not moment:
            return None
        zone = pytz.timezone(self.env.user.tz or "UTC")
        return pytz.utc.localize(moment).astimezone(zone).replace(tzinfo=None)

    def _start_of(self, day, zone, days=0):
        """Return when a day begins in a time zone, ``days`` later, in UTC."""
        begin = fields.Datetime.to_datetime(fields.Date.add(day, days=days))
        local = pytz.timezone(zone).localize(begin)
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    def _labels(self, model, name):
        """Return {code: word} of a selection, in the reader's language."""
        return dict(self.env[model]._fields[name]._description_selection(self.env))

    def _day(self, day):
        return format_date(self.env, day)

    def _may_see_margin(self):
        return self.env.user.has_group("kam_management.group_kam_margin")

    def _long(self, given):
        """Return about how many rows a question gives when they are many, else 0."""
        asked = self._asked(given)
        objs = self.env[self._for_records].browse()
        self._check(objs, asked)
        size = self._size(objs, asked)
        return size if size > STREAMED else 0


def _told(rows, progress):
    """Yield rows, telling now and then how many there were."""
    for number, row in enumerate(rows, 1):
        yield row
        if number % 20_000 == 0:
            progress(number)
