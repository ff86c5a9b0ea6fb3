"""Aged receivables: one row a customer under its manager, and its documents."""

from decimal import Decimal

import pytz

from odoo import fields, models
from odoo.fields import Domain

from odoo.addons.kam_management.models import kam_ageing_query as query

from ..kam_sheets.sheet import (
    DATE,
    DECIMAL,
    INTEGER,
    MONEY,
    RATIO,
    TEXT,
    Column,
    Control,
    Sheet,
    grouped,
    grouped_stream,
    total_of,
)

ITEMS = (
    "partner_id",
    "number",
    "kind",
    "date",
    "due_date",
    "days",
    "bucket_id",
    "total",
)


class KamAgeingXlsx(models.AbstractModel):
    _name = "report.kam_management_reports.ageing_xlsx"
    _inherit = "kam.workbook"
    _description = "Aged receivables as a workbook"
    _code = "ageing"
    _asks = (
        "as_of_kind",
        "clock",
        "base",
        "owner",
        "currency_id",
        "detail",
        "user_ids",
        "account_ids",
        "partner_ids",
    )
    _groups = "kam_management.group_kam_user,kam_management.group_kam_credit"

    def _title(self):
        return self.env._("Aged receivables")

    def _size(self, objs, asked):
        if asked.detail != "detail":
            return 0
        items = self.env["kam.ageing.item"].with_context(
            kam_ageing=self._question(asked)
        )
        return items.search_count(self._domain(objs, asked))

    def _question(self, asked):
        """Return the question as the ageing understands it."""
        return {
            "as_of": fields.Date.to_string(asked.as_of),
            "known_at": asked.clock == "known"
            and fields.Datetime.to_string(self._end_of(asked.as_of)),
            "base": asked.base,
            "owner": asked.owner,
            "currency_id": asked.currency_id.id,
        }

    def _end_of(self, day):
        """Return the end of a day of the company, in UTC; now, for today."""
        zone = pytz.timezone(self.env.company._kam_time_zone())
        begin = fields.Datetime.to_datetime(fields.Date.add(day, days=1))
        end = zone.localize(begin).astimezone(pytz.utc).replace(tzinfo=None)
        return min(end, fields.Datetime.now())

    def _domain(self, objs, asked):
        domain = Domain.TRUE
        accounts = objs or asked.account_ids
        partners = accounts.partner_id | asked.partner_ids.commercial_partner_id
        if partners:
            domain &= Domain("partner_id", "in", partners.ids)
        if asked.user_ids:
            domain &= Domain("user_id", "in", asked.user_ids.ids)
        return domain

    def _book(self, objs, asked):
        given = self._question(asked)
        question = query.question(self.env, given)
        ageing = self.env["kam.ageing"]
        ageing._prepare_facts(question)
        control = ageing.control(given)
        rows = ageing._asking(question).search(self._domain(objs, asked))
        sheets = [self._summary(rows, asked, control)]
        if asked.detail == "detail":
            sheets.append(self._documents(objs, asked, given, sheets[0].facts, rows))
        currency = self.env["res.currency"].browse(control["currency_id"])
        book = self._make_book(self._title(), self.env.company, sheets, currency)
        if currency != self.env.company.currency_id:
            book.currency, book.digits = currency.symbol, currency.decimal_places
            book.before = currency.position == "before"
        return book

    # ------------------------------------------------------------------- summary
    def _summary(self, rows, asked, control):
        _ = self.env._
        columns = self._columns()
        places = [column for column, _value in columns]
        rows = rows.sorted(lambda one: (one.user_id.name or "\uffff", -one.total))
        known = [tuple(value(row) for _column, value in columns) for row in rows]
        manager = [column.name for column in places].index("manager")
        return Sheet(
            name=self._title(),
            title=self._title(),
            facts=[
                *self._print_facts(self.env.company, asked),
                (_("Currency"), control["currency"]),
                *self._scope(control),
            ],
            columns=places,
            rows=grouped(
                known,
                key=lambda row: row[manager],
                head=lambda name, members: _(
                    "%(name)s (%(count)s)",
                    name=name or _("No manager"),
                    count=len(members),
                ),
                columns=places,
            ),
            controls=self._controls(rows, control),
            breaks=True,
        )

    def _scope(self, control):
        if control["whole"]:
            return []
        return [(self.env._("Customers"), self.env._("Of your key accounts only"))]

    def _columns(self):
        """Return [(column, function(row) -> value)]."""
        _ = self.env._
        classes = self._labels("kam.ageing", "account_class")
        slots = [
            (Column(label, MONEY, total="sum"), lambda one, name=name: one[name])
            for name, label in self.env["kam.ageing"]._slots().items()
        ]
        money = {"kind": MONEY, "total": "sum"}
        return [
            (Column(_("Customer")), lambda one: one.partner_id.display_name),
            (Column(_("Class")), lambda one: classes.get(one.account_class)),
            (Column(_("Manager"), name="manager"), lambda one: one.user_id.name),
            (Column(_("Terms")), lambda one: one.payment_term_id.name),
            (Column(_("Limit"), MONEY), lambda one: one.credit_limit or None),
            (Column(_("Total"), name="total", **money), lambda one: one.total),
            *slots,
            (Column(_("Unallocated"), **money), lambda one: one.unallocated),
            (Column(_("Settled across customers"), **money), lambda one: one.crossed),
            (Column(_("Overdue"), flag="late", **money), lambda one: one.overdue),
            (Column(_("Overdue %"), RATIO), lambda one: one.overdue_ratio or None),
            (Column(_("Oldest overdue"), DATE), lambda one: one.oldest_date),
            (Column(_("Days late"), DECIMAL), lambda one: one.average_days or None),
            (Column(_("Disputed"), **money), lambda one: one.disputed),
            (Column(_("Promised"), **money), lambda one: one.promised),
            (Column(_("Free limit"), MONEY), _room),
            (Column(_("Last payment"), DATE), lambda one: one.last_payment_date),
            (Column(_("Next action")), lambda one: one.next_step),
        ]

    def _controls(self, rows, control):
        """Return what proves the workbook: its sum, what it leaves out, the ledger."""
        here = total_of(rows.mapped("total"))
        whole, ledger = Decimal(control["total"]), Decimal(control["ledger"])
        left = whole - round(here, max(-whole.as_tuple().exponent, 0))
        return [
            Control(self.env._("Total of this workbook"), here, "={total_total}"),
            Control(self.env._("Of customers not in this workbook"), left),
            Control(self.env._("Receivables in the ledger"), ledger),
            Control(
                self.env._("Difference to ledger"),
                ledger - whole,
                "=ROUND({control_2}-{control_0}-{control_1},2)",
                zero=True,
            ),
        ]

    # ----------------------------------------------------------------- documents
    def _documents(self, objs, asked, given, facts, customers):
        _ = self.env._
        columns = [
            Column(_("Customer")),
            Column(_("Document")),
            Column(_("Kind")),
            Column(_("Date"), DATE),
            Column(_("Due date"), DATE),
            Column(_("Days late"), INTEGER, flag="late"),
            Column(_("Range"), TEXT),
            Column(_("Amount"), MONEY, total="sum", name="amount"),
        ]
        # sudo: the names of customers whose debts one sees
        names = {one.id: one.display_name for one in customers.partner_id.sudo()}
        return Sheet(
            name=_("Documents"),
            title=_("Open items"),
            facts=facts,
            columns=columns,
            rows=grouped_stream(
                self._items(objs, asked, given, names),
                key=lambda row: row[0],
                head=lambda name, members: f"{name} ({len(members)})",
                columns=columns,
            ),
            size=sum(customers.mapped("documents")) + len(customers),
        )

    def _items(self, objs, asked, given, names):
        """Yield the open items, by customer: read as they are written."""
        items = self.env["kam.ageing.item"].with_context(kam_ageing=given)
        found = items._search(
            self._domain(objs, asked), order="partner_id, base_date, id"
        )
        terms = [items._field_to_sql(found.table, name, found) for name in ITEMS]
        kinds = self._labels("kam.ageing.item", "kind")
        # sudo: which ranges there are is no secret
        buckets = self.env["kam.ageing.bucket"].sudo()
        ranges = {one.id: one.display_name for one in buckets.search([])}
        for (
            partner_id,
            *words,
            kind,
            day,
            due,
            days,
            bucket_id,
            total,
        ) in self._streamed(found.select(*terms)):
            yield (
                names.get(partner_id),
                *words,
                kinds.get(kind),
                day,
                due,
                max(days, 0) if days is not None else None,
                ranges.get(bucket_id),
                total,
            )


def _room(row):
    return row.credit_room if row.credit_limit else None
