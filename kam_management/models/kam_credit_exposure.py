"""Exposure of customers, live from Odoo's ledger and orders; a fixed number of queries.

One statement (``sql/credit_exposure.sql``) serves the gate, lists and screens, for one
customer or many. Whoever may see the account or the terms may know these totals: they
come past the rules of orders and invoices.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from odoo import fields, models
from odoo.tools import format_amount

from ..kam_core.credit.exposure import used_percent
from ..kam_core.credit.rules import Rule, Situation, applicable, judge
from ..kam_core.gate import Finding
from ..kam_core.money import round_half_up
from .kam_document_facts import fill

ZERO = Decimal(0)


# the day where the company is: its own clock, whatever the session's
TODAY = """(SELECT (%(now)s::timestamp AT TIME ZONE 'UTC'
                     AT TIME ZONE coalesce(z.tz, 'UTC'))::date
              FROM res_company y
              LEFT JOIN resource_calendar z ON z.id = y.resource_calendar_id
             WHERE y.id = %(company)s)"""


def _rate(currency, company):
    """Return the SQL of a currency's rate today, as Odoo looks it up."""
    where = f"""r.currency_id = {currency}
               AND (r.company_id = {company} OR r.company_id IS NULL)"""
    return f"""coalesce(
            (SELECT r.rate FROM res_currency_rate r
              WHERE {where} AND r.name <= (SELECT today FROM day)
              ORDER BY r.company_id, r.name DESC LIMIT 1),
            (SELECT r.rate FROM res_currency_rate r
              WHERE {where} ORDER BY r.company_id, r.name LIMIT 1), 1)"""  # noqa: S608


def statement(who, before="", after="SELECT * FROM exposed"):
    """Return the SQL of exposures, with parameters ``now``, ``company``, ``asked``.

    :param who: a query of (partner_id, company_id, currency_id, company_currency_id)
    :param before: CTEs that ``who`` reads, each followed by a comma
    """
    body = fill(
        "credit_exposure",
        who=who,
        today=TODAY,
        rate_limit=_rate("w.currency_id", "w.company_id"),
        rate_company=_rate("w.company_currency_id", "w.company_id"),
        rate_order=_rate("o.currency_id", "o.company_id"),
        rate_line=_rate("l.currency_id", "o.company_id"),
        rate_limit_of=_rate("s.limit_id", "s.company_id"),
        rate_held=_rate("s.currency_id", "s.company_id"),
    )
    return f"WITH {before} {body} {after}"


LIMIT = """CASE WHEN t.group_id IS NOT NULL
                THEN CASE WHEN g.granted AND NOT coalesce(g.unlimited, FALSE)
                          THEN coalesce(g.credit_limit, 0) END
                WHEN t.status = 'granted' AND NOT coalesce(t.unlimited, FALSE)
                THEN coalesce(t.credit_limit, 0) END"""
# terms that hold, with the limit they go by: their own or their group's
TERMS = f"""
    SELECT t.id, t.partner_id, t.company_id, t.group_id, {LIMIT} AS credit_limit,
           CASE WHEN t.group_id IS NULL THEN coalesce(t.currency_id, c.currency_id)
                ELSE coalesce(g.currency_id, c.currency_id) END AS currency_id,
           c.currency_id AS company_currency_id,
           CASE WHEN t.group_id IS NULL THEN 'terms:' || t.event_key
                ELSE 'group:' || g.event_key END AS line,
           g.name AS group_name, t.tolerance_percent, t.overdue_days, t.overdue_amount,
           coalesce(t.currency_id, c.currency_id) AS terms_currency_id,
           t.valid_until, t.on_hold, t.payment_term_id
      FROM kam_credit_terms t
      JOIN res_company c ON c.id = t.company_id
      LEFT JOIN kam_credit_group g ON g.id = t.group_id
     WHERE (t.status <> 'withdrawn' OR t.on_hold)"""  # noqa: S608
TERM_DAYS = """(SELECT max(n.nb_days) FROM account_payment_term_line n
                 WHERE n.payment_id = {})"""
# who shares a credit line with those whose terms are asked for
FELLOWS = """
    fellows AS MATERIALIZED (
        SELECT f.partner_id, f.company_id, t.currency_id, t.company_currency_id, t.line
          FROM (SELECT DISTINCT line, group_id, currency_id, company_currency_id
                  FROM terms) AS t
          JOIN kam_credit_terms f ON f.group_id = t.group_id
         UNION
        SELECT partner_id, company_id, currency_id, company_currency_id, line FROM terms
    ),"""
ASKED = """
    asked AS MATERIALIZED (
        SELECT {columns}, p.commercial_partner_id AS partner_id,
               split_part(c.parent_path, '/', 1)::int AS company_id
          FROM {table} o
          JOIN res_partner p ON p.id = o.{partner}
          JOIN res_company c ON c.id = o.company_id
         WHERE o.id = ANY(%(ids)s) {only}
    ), terms AS MATERIALIZED (
        SELECT t.* FROM ({terms}) AS t
         WHERE (t.partner_id, t.company_id) IN (SELECT partner_id, company_id
                                                  FROM asked)
    ), {fellows}"""
NAMED = """
    terms AS MATERIALIZED (
        SELECT t.* FROM ({terms}) AS t
         WHERE (t.partner_id, t.company_id) IN (
               SELECT * FROM unnest(%(partners)s::int[], %(companies)s::int[]))
    ), {fellows}"""
RULES = """(SELECT jsonb_agg(jsonb_build_array(k.kind, k.severity, k.threshold::text,
                   k.for_class, k.company_id) ORDER BY k.company_id NULLS FIRST, k.id)
              FROM kam_credit_rule k
             WHERE k.active
               AND (k.company_id IS NULL OR k.company_id = t.company_id))"""
FOUND = """
    SELECT a.id, {held} AS held, a.total, a.term_days, t.id AS terms_id, t.line,
           t.group_name, t.partner_id, t.company_id, t.currency_id,
           cur.name AS currency,
           cur.decimal_places AS decimals, t.credit_limit, t.tolerance_percent,
           e.receivable, e.overdue, e.overdue_since, t.overdue_days, t.overdue_amount,
           t.valid_until, t.on_hold, {granted} AS granted_days, w.rate,
           {rate_limit} / {rate_asked} AS asked_rate,
           {rate_limit} / {rate_terms} AS terms_rate,
           (SELECT sum(x.receivable + x.reserved - x.receipts) FROM exposed x
              JOIN fellows f USING (partner_id, company_id)
             WHERE f.line = t.line) AS exposure,
           acc.account_class, {rules} AS rules, {today} AS today,
           pg_current_xact_id_if_assigned() IS NULL AS unwritten
      FROM asked a
      JOIN terms t USING (partner_id, company_id)
      JOIN who w USING (partner_id, company_id)
      JOIN exposed e USING (partner_id, company_id)
      JOIN res_currency cur ON cur.id = t.currency_id
      LEFT JOIN kam_account acc ON acc.partner_id = t.partner_id
       AND acc.company_id = t.company_id AND acc.status IN ('key', 'suspended')
      {join}
     ORDER BY array_position(%(ids)s, a.id)"""
WHO = "SELECT partner_id, company_id, currency_id, company_currency_id FROM fellows"


def _look(table, partner, columns, held, join, only=""):
    return statement(
        WHO,
        ASKED.format(
            fellows=FELLOWS,
            terms=TERMS,
            table=table,
            partner=partner,
            columns=columns,
            only=only,
        ),
        FOUND.format(
            held=held,
            join=join,
            rules=RULES,
            today="(SELECT today FROM day)",
            granted=TERM_DAYS.format("t.payment_term_id"),
            rate_limit=_rate("t.currency_id", "t.company_id"),
            rate_asked=_rate("a.currency_id", "t.company_id"),
            rate_terms=_rate("t.terms_currency_id", "t.company_id"),
        ),
    )


COLUMNS = "o.id, o.currency_id, o.amount_total AS total, {} AS term_days"
ORDERS = _look(
    "sale_order",
    "partner_invoice_id",
    COLUMNS.format(TERM_DAYS.format("o.payment_term_id")),
    "h.held",
    "LEFT JOIN order_held h ON h.id = a.id",
)
MOVES = _look(
    "account_move",
    "partner_id",
    COLUMNS.format(TERM_DAYS.format("o.invoice_payment_term_id")),
    "a.total",
    "",
    """AND NOT EXISTS (SELECT FROM account_move_line l
                         JOIN sale_order_line_invoice_rel r ON r.invoice_line_id = l.id
                        WHERE l.move_id = o.id)""",
)
MANY = statement(
    WHO,
    NAMED.format(terms=TERMS, fellows=FELLOWS),
    """, line_sum AS (
           SELECT f.line, sum(x.receivable + x.reserved - x.receipts) AS exposure
             FROM exposed x JOIN fellows f USING (partner_id, company_id)
            GROUP BY 1)
       SELECT t.partner_id, t.company_id, t.id AS terms_id, t.currency_id,
              cur.decimal_places AS decimals, t.credit_limit, t.on_hold, e.receivable,
              e.receipts, e.reserved, e.overdue, e.overdue_since,
              e.receivable + e.reserved - e.receipts AS own_exposure, s.exposure
         FROM terms t
         JOIN exposed e USING (partner_id, company_id)
         JOIN line_sum s ON s.line = t.line
         JOIN res_currency cur ON cur.id = t.currency_id""",
)
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
        "partner_invoice_id",
        "payment_term_id",
        "state",
    ),
    "sale.order.line": ("is_downpayment", "order_id"),
}


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
        # due dates that were moved are few; found without reading all facts
        self.env.cr.execute(
            """CREATE INDEX IF NOT EXISTS event_redated ON kam_es.event (stream_id)
                WHERE type = 'Redated'"""
        )

    def _flush(self):
        for model, names in SOURCES.items():
            self.env[model].flush_model(names)
        for model in ("kam.credit.terms", "kam.credit.group", "kam.credit.rule"):
            self.env[model].flush_model()
        self.env["kam.order.closing"].flush_model()

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
    def _standings(self, pairs, company):
        """Return {(partner id, root company id): :class:`Standing`}, by one query.

        :param pairs: (commercial partner id, root company id); those without terms
            are left out of the answer
        :param company: whose day it is: of the rates, and of what is overdue
        """
        pairs = list(pairs)
        if not pairs:
            return {}
        rows = self._rows(
            MANY,
            partners=[one for one, _company in pairs],
            companies=[one for _partner, one in pairs],
            company=company.id,
            asked=[],
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
        before it. One query for each root company of the documents.
        """
        query = ORDERS if documents._name == "sale.order" else MOVES
        out = []
        by_company = documents.grouped(lambda one: one.company_id.root_id)
        for company, some in by_company.items():
            ids = some._origin.ids
            rows = self._rows(
                query,
                ids=ids,
                company=company.id,
                asked=ids if documents._name == "sale.order" else [],
            )
            taken = {}
            for row in rows:
                amount = _rounded(
                    (row["held"] or ZERO) * row["asked_rate"], row["decimals"]
                )
                before = taken.get(row["line"], ZERO)
                taken[row["line"]] = before + amount
                out.append(self._to_look(row, amount, before))
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
