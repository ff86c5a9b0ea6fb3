"""Exposure of customers, live from Odoo's ledger and orders; a fixed number of queries.

One statement (see ``kam_credit_query``) serves the gate, lists and screens, for one
customer or many. Whoever may see the account or the terms may know these totals: they
come past the rules of orders and invoices.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from odoo import fields, models
from odoo.tools import file_open, format_amount

from ..kam_core.credit.exposure import used_percent
from ..kam_core.credit.rules import Rule, Situation, applicable, judge
from ..kam_core.gate import Finding
from ..kam_core.money import round_half_up
from .kam_credit_query import FUNCTIONS, MANY, MOVES, ORDERS

ZERO = Decimal(0)

# what the statement reads; flushed before it runs
SOURCES = {
    "account.move": (
        "amount_total",
        "company_id",
        "currency_id",
        "invoice_payment_term_id",
        "move_type",
        "partner_id",
        "state",
    ),
    "account.move.line": (
        "account_id",
        "amount_residual",
        "amount_residual_currency",
        "company_id",
        "currency_id",
        "date_maturity",
        "move_id",
        "parent_state",
        "partner_id",
        "price_total",
        "reconciled",
        "sale_line_ids",
    ),
    "account.payment": ("move_id",),
    "kam.account": ("account_class", "company_id", "partner_id", "status"),
    "payment.transaction": ("amount", "payment_id", "sale_order_ids", "state"),
    "res.partner": ("commercial_partner_id",),
    "sale.order": (
        "amount_total",
        "company_id",
        "currency_id",
        "invoice_status",
        "kam_account_id",
        "partner_invoice_id",
        "payment_term_id",
        "state",
    ),
    "sale.order.line": (
        "is_downpayment",
        "order_id",
        "product_no_variant_attribute_value_ids",
    ),
}
# our own models that the statements read: all of their fields
OURS = (
    "kam.approval",
    "kam.credit.group",
    "kam.credit.rule",
    "kam.credit.terms",
    "kam.order.closing",
    "kam.price.column",
    "kam.price.grant",
    "kam.reminder",
    "kam.reminder.item",
)


@dataclass(frozen=True, slots=True)
class Look:
    """What a document asks for and what its customer's credit is.

    :param line: key of the credit line's stream
    :param currency: ISO code of the limit, in which all amounts are
    :param unwritten: the transaction had written nothing yet
    """

    id: int
    terms_id: int
    partner_id: int
    company_id: int
    line: str
    group_name: str | None
    currency_id: int
    currency: str
    case: Situation
    rules: dict
    unwritten: bool


@dataclass(frozen=True, slots=True)
class Told:
    """What one statement tells of an order, for whoever judges it.

    :param look: None: the customer has no credit terms
    :param account_class: of the key account the order belongs to
    :param column_id: the price column granted to that account today
    :param term_days: the longest of the order's payment terms; 0 without any
    :param stop_id: the reminder that stops shipment to the customer
    :param has_values: a line has attribute values that make no variant
    """

    look: Look | None
    account_class: str | None
    column_id: int | None
    term_days: int
    stop_id: int | None
    has_values: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """The credit of one customer in one root company; tax included.

    :param exposure: of the credit line: the customer's, or the whole group's
    :param credit_limit: of the line; None: no limit
    """

    terms_id: int
    currency_id: int
    credit_limit: Decimal | None
    exposure: Decimal
    own_exposure: Decimal
    receivable: Decimal
    receipts: Decimal
    reserved: Decimal
    overdue: Decimal
    overdue_since: date | None
    on_hold: bool

    @property
    def room(self) -> Decimal | None:
        """Return limit - exposure; below zero: beyond it. None: no limit."""
        return None if self.credit_limit is None else self.credit_limit - self.exposure

    @property
    def used(self) -> Decimal | None:
        """Return the exposure in per cent of the limit."""
        limit = self.credit_limit
        return None if limit is None else used_percent(self.exposure, limit)


class KamCreditExposure(models.AbstractModel):
    _name = "kam.credit.exposure"
    _description = "Credit exposure"

    def init(self):
        for name in ("kam_rates", "credit_exposed"):
            with file_open(f"kam_management/sql/{name}.sql") as sql:
                # pylint: disable=sql-injection
                self.env.cr.execute(sql.read())
        # pylint: disable=sql-injection
        self.env.cr.execute("".join(FUNCTIONS))
        # due dates that were moved are few; found without reading all facts
        self.env.cr.execute(
            """DROP INDEX IF EXISTS kam_es.event_redated;
               CREATE INDEX IF NOT EXISTS event_redated_of ON kam_es.event
                   (((payload ->> 'commercial_partner_id')::int))
                WHERE type = 'Redated'"""
        )

    def _flush(self):
        for model, names in SOURCES.items():
            self.env[model].flush_model(names)
        for model in OURS:
            self.env[model].flush_model()

    def _rows(self, query, **params):
        self._flush()
        params["now"] = fields.Datetime.now()
        # pylint: disable=sql-injection
        self.env.cr.execute(query, params)
        return [
            {name: _exact(value) for name, value in row.items()}
            for row in self.env.cr.dictfetchall()
        ]

    # -------------------------------------------------------------------- many
    def _standings(self, pairs):
        """Return {(partner id, root company id): :class:`Standing`}, by one query.

        Rates, and what is overdue, are of the day where each company is.

        :param pairs: (commercial partner id, root company id); those without terms
            are left out of the answer
        """
        pairs = list(pairs)
        if not pairs:
            return {}
        rows = self._rows(
            MANY,
            partners=[one for one, _company in pairs],
            companies=[one for _partner, one in pairs],
        )
        return {
            (row["partner_id"], row["company_id"]): self._standing(row) for row in rows
        }

    def _standing(self, row):
        amounts = {
            name: _rounded(row[name], row["decimals"])
            for name in (
                "exposure",
                "own_exposure",
                "receivable",
                "receipts",
                "reserved",
                "overdue",
                "credit_limit",
            )
        }
        return Standing(
            terms_id=row["terms_id"],
            currency_id=row["currency_id"],
            overdue_since=row["overdue_since"],
            on_hold=bool(row["on_hold"]),
            **amounts,
        )

    # --------------------------------------------------------------- documents
    def _looks(self, documents):
        """Return [:class:`Look`] of orders or invoices, those with credit terms only.

        They are looked at one after the other: each is told the exposure with those
        before it. One query, whatever their companies.
        """
        return [look for _row, look in self._asked(documents) if look]

    def _told(self, orders):
        """Return {order id: :class:`Told`}; queries as in :meth:`_looks`."""
        return {
            row["id"]: Told(
                look=look,
                account_class=row["order_class"],
                column_id=row["column_id"],
                term_days=row["term_days"] or 0,
                stop_id=row["stop_id"],
                has_values=row["has_values"],
            )
            for row, look in self._asked(orders)
        }

    def _asked(self, documents):
        """Return (row, look or None) of each document."""
        ids = documents._origin.ids
        if not ids:
            return []
        is_order = documents._name == "sale.order"
        rows = self._rows(ORDERS if is_order else MOVES, ids=ids)
        out, taken = [], {}
        for row in rows:
            look = None
            if row["terms_id"]:
                amount = _rounded(
                    (row["held"] or ZERO) * row["asked_rate"], row["decimals"]
                )
                before = taken.get(row["line"], ZERO)
                taken[row["line"]] = before + amount
                look = self._to_look(row, amount, before)
            out.append((row, look))
        return out

    def _to_look(self, row, amount, before):
        decimals = row["decimals"]
        case = Situation(
            day=row["today"],
            amount=amount,
            order_total=_rounded(row["total"] * row["asked_rate"], decimals),
            exposure=_rounded(row["exposure"], decimals) + before,
            credit_limit=_rounded(row["credit_limit"], decimals),
            tolerance_percent=row["tolerance_percent"],
            receivable=_rounded(row["receivable"], decimals),
            overdue=_rounded(row["overdue"], decimals),
            overdue_since=row["overdue_since"],
            overdue_days_allowed=row["overdue_days"],
            overdue_amount_allowed=_rounded(
                (row["overdue_amount"] or ZERO) * row["terms_rate"], decimals
            ),
            valid_until=row["valid_until"],
            terms_days=row["granted_days"],
            order_days=row["term_days"],
            on_hold=bool(row["on_hold"]),
            rate=row["rate"],
        )
        rules = [
            Rule(kind, severity, Decimal(threshold or 0), for_class)
            for kind, severity, threshold, for_class, _company in _own_last(
                row["rules"] or ()
            )
        ]
        return Look(
            id=row["id"],
            terms_id=row["terms_id"],
            partner_id=row["partner_id"],
            company_id=row["company_id"],
            line=row["line"],
            group_name=row["group_name"],
            currency_id=row["currency_id"],
            currency=row["currency"],
            case=case,
            rules=applicable(rules, row["account_class"]),
            unwritten=row["unwritten"],
        )

    def _found(self, look):
        """Return the findings on a document, in the user's words."""
        return [self._in_words(look, one) for one in judge(look.case, look.rules)]

    def _in_words(self, look, found):
        currency = self.env["res.currency"].browse(look.currency_id)
        params = {
            name: format_amount(self.env, float(value), currency)
            if name in found.amounts
            else value
            for name, value in found.params.items()
        }
        # the template comes from the core, where it is marked for translation
        message = self.env._(found.message, **params)  # pylint: disable=translation-contains-variable,translation-not-lazy
        measure = {name: _written(value) for name, value in found.measure.items()}
        if "amount" in measure:
            measure["currency"] = look.currency
        return Finding(found.code, found.kind, found.severity, message, measure)


def _own_last(rows):
    """Return rules so that a company's own comes in place of the general one."""
    rules = {}
    for row in rows:  # general ones come first
        rules[row[0], row[3]] = row
    return rules.values()


def _exact(value):
    """Return a number as PostgreSQL told it; Odoo's cursors make it a float."""
    return Decimal(repr(value)) if isinstance(value, float) else value


def _written(value):
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _rounded(amount, decimals):
    return None if amount is None else round_half_up(Decimal(amount), decimals)
