"""The open items as of a day: two statements, one from each memory.

*As it was*: Odoo's ledger of today, with the matches made later taken back. *As we knew
it then*: the facts of the log that were recorded up to a moment. Both give the same
columns; the rules they follow are in ``kam_core/receivables``.
"""

from dataclasses import dataclass
from datetime import date, datetime

from odoo import fields
from odoo.exceptions import UserError
from odoo.tools import SQL

BASES = ("due", "invoice")
OWNERS = ("then", "now")
# The residual of today, with what was matched after the day put back. Only items open
# today, matched later, or matched across customers are looked at, not all of history.
LEDGER = """
    WITH receivable AS (
        SELECT id FROM account_account WHERE account_type = 'asset_receivable'
    ), later AS (
        SELECT line_id, sum(amount) AS amount, sum(amount_currency) AS amount_currency
          FROM (SELECT debit_move_id AS line_id, amount,
                       debit_amount_currency AS amount_currency
                  FROM account_partial_reconcile WHERE max_date > %(as_of)s
                 UNION ALL
                SELECT credit_move_id, -amount, -credit_amount_currency
                  FROM account_partial_reconcile WHERE max_date > %(as_of)s) AS side
         GROUP BY line_id
    ), pair AS (
        SELECT r.debit_move_id, r.credit_move_id, r.amount, r.debit_amount_currency,
               r.credit_amount_currency
          FROM account_partial_reconcile r
          JOIN account_move_line d ON d.id = r.debit_move_id
          JOIN account_move_line c ON c.id = r.credit_move_id
          LEFT JOIN res_partner dp ON dp.id = d.partner_id
          LEFT JOIN res_partner cp ON cp.id = c.partner_id
         WHERE r.max_date <= %(as_of)s
           AND (d.partner_id IS DISTINCT FROM c.partner_id
                OR d.company_id <> c.company_id
                OR d.parent_state <> 'posted' OR c.parent_state <> 'posted')
           AND (dp.commercial_partner_id IS DISTINCT FROM cp.commercial_partner_id
                OR NOT d.company_id = ANY(%(companies)s)
                OR NOT c.company_id = ANY(%(companies)s)
                OR d.parent_state <> 'posted' OR c.parent_state <> 'posted')
    ), crossed AS (
        SELECT line_id, sum(amount) AS amount, sum(amount_currency) AS amount_currency
          FROM (SELECT debit_move_id AS line_id, amount,
                       debit_amount_currency AS amount_currency FROM pair
                 UNION ALL
                SELECT credit_move_id, -amount, -credit_amount_currency
                  FROM pair) AS side
         GROUP BY line_id
    ), candidate AS (
        SELECT id FROM account_move_line
         WHERE (reconciled IS NULL OR NOT reconciled) AND parent_state = 'posted'
           AND account_id IN (SELECT id FROM receivable)
         UNION SELECT line_id FROM later UNION SELECT line_id FROM crossed
    )
    SELECT l.id, l.move_id, m.name AS number, l.partner_id AS contact_id,
           p.commercial_partner_id AS partner_id, l.company_id,
           l.currency_id AS document_currency_id,
           CASE m.move_type WHEN 'out_invoice' THEN 'invoice'
                WHEN 'out_refund' THEN 'credit_note' WHEN 'out_receipt' THEN 'receipt'
                ELSE CASE WHEN m.origin_payment_id IS NULL
                               AND m.statement_line_id IS NULL
                     THEN 'entry' ELSE 'payment' END END AS kind,
           l.date, coalesce(l.date_maturity, l.date) AS due_date,
           CASE %(base)s WHEN 'due' THEN coalesce(l.date_maturity, l.date)
                ELSE coalesce(m.invoice_date, l.date) END AS base_date,
           l.balance AS amount, l.amount_currency,
           coalesce(l.amount_residual, 0) + coalesce(later.amount, 0) AS opened,
           coalesce(l.amount_residual_currency, 0)
               + coalesce(later.amount_currency, 0) AS opened_currency,
           coalesce(crossed.amount, 0) AS crossed,
           coalesce(crossed.amount_currency, 0) AS crossed_currency
      FROM candidate
      JOIN account_move_line l ON l.id = candidate.id
      JOIN account_move m ON m.id = l.move_id
      LEFT JOIN res_partner p ON p.id = l.partner_id
      LEFT JOIN later ON later.line_id = l.id
      LEFT JOIN crossed ON crossed.line_id = l.id
     WHERE l.parent_state = 'posted' AND l.date <= %(as_of)s
       AND l.account_id IN (SELECT id FROM receivable)
       AND l.company_id = ANY(%(companies)s)"""
# A line is known while it was stated more often than withdrawn; so is a match.
KNOWN = """
    WITH stated AS (
        SELECT f.line_id, f.res_id, f.amount, f.amount_currency, f.reversal, f.event_id,
               f.partner_id, f.company_id, f.currency, f.document_kind, f.date,
               f.due_date
          FROM kam_fact f
         WHERE f.kind = 'receivable'
           AND f.recorded_at < %(known_at)s + interval '1 second'
           AND f.company_id = ANY(%(companies)s)
    ), known AS (
        SELECT DISTINCT ON (s.line_id) s.*
          FROM stated s
          JOIN (SELECT line_id FROM stated GROUP BY line_id
                HAVING sum(CASE WHEN reversal THEN -1 ELSE 1 END) > 0) AS there
            ON there.line_id = s.line_id
         WHERE NOT s.reversal
         ORDER BY s.line_id, s.event_id DESC
    ), match AS (
        SELECT f.line_id, (e.payload ->> 'other_line_id')::int AS other_id,
               max(f.date) AS date, sum(f.amount) AS amount,
               sum(f.amount_currency) AS amount_currency
          FROM kam_fact f JOIN kam_es.event e ON e.id = f.event_id
         WHERE f.kind = 'match' AND f.recorded_at < %(known_at)s + interval '1 second'
           AND f.company_id = ANY(%(companies)s)
         GROUP BY 1, 2 HAVING sum(CASE WHEN f.reversal THEN -1 ELSE 1 END) > 0
    ), settled AS (
        SELECT k.line_id, sum(match.amount) AS amount,
               sum(match.amount_currency) AS amount_currency,
               sum(match.amount) FILTER (WHERE o.line_id IS NULL
                   OR o.partner_id IS DISTINCT FROM k.partner_id) AS crossed,
               sum(match.amount_currency) FILTER (WHERE o.line_id IS NULL
                   OR o.partner_id IS DISTINCT FROM k.partner_id) AS crossed_currency
          FROM known k
          JOIN match ON match.line_id = k.line_id
          LEFT JOIN known o ON o.line_id = match.other_id
         WHERE CASE WHEN o.line_id IS NULL THEN match.date
               ELSE greatest(k.date, o.date) END <= %(as_of)s
         GROUP BY k.line_id
    )
    SELECT k.line_id AS id, m.id AS move_id,
           coalesce(e.payload ->> 'number', m.name) AS number,
           k.partner_id AS contact_id, k.partner_id, k.company_id,
           c.id AS document_currency_id,
           CASE WHEN k.document_kind = 'entry' AND m.statement_line_id IS NOT NULL
                THEN 'payment' ELSE k.document_kind END AS kind,
           k.date, coalesce(k.due_date, k.date) AS due_date,
           CASE %(base)s WHEN 'due' THEN coalesce(k.due_date, k.date)
                ELSE coalesce((e.payload ->> 'invoice_date')::date, k.date)
                END AS base_date,
           k.amount, k.amount_currency,
           k.amount + coalesce(settled.amount, 0) AS opened,
           k.amount_currency + coalesce(settled.amount_currency, 0) AS opened_currency,
           -coalesce(settled.crossed, 0) AS crossed,
           -coalesce(settled.crossed_currency, 0) AS crossed_currency
      FROM known k
      JOIN kam_es.event e ON e.id = k.event_id
      JOIN res_currency c ON c.name = k.currency
      LEFT JOIN account_move m ON m.id = k.res_id
      LEFT JOIN settled ON settled.line_id = k.line_id
     WHERE k.date <= %(as_of)s"""
ITEMS = """
    SELECT i.id, i.move_id, i.number, i.contact_id, i.partner_id, i.company_id,
           root.id AS root_company_id, i.document_currency_id,
           coalesce(%(currency)s, company.currency_id) AS currency_id,
           i.kind, i.date, i.due_date, i.base_date, i.days,
           account.id AS account_id, account.account_class, lead.user_id,
           (%(buckets)s)[CASE WHEN i.debt THEN
               width_bucket(i.days, %(firsts)s) + 1 ELSE %(last)s END] AS bucket_id,
           CASE WHEN i.debt THEN width_bucket(i.days, %(firsts)s) END AS place,
           i.amount, i.opened AS residual,
           CASE WHEN i.debt THEN 0 ELSE i.opened END AS unallocated,
           CASE WHEN i.debt AND i.days > 0 THEN i.opened ELSE 0 END AS overdue,
           i.crossed, i.opened + i.crossed AS total
      FROM (SELECT o.*, o.kind <> 'payment' AND o.opened > 0 AS debt,
                   %(as_of)s - o.base_date AS days
              FROM (SELECT id, move_id, number, contact_id, partner_id, company_id,
                           document_currency_id, kind, date, due_date, base_date,
                           %(amount)s AS amount, %(opened)s AS opened,
                           %(crossed)s AS crossed
                      FROM (%(source)s) AS source
                     WHERE %(only)s) AS o
             WHERE o.opened <> 0 OR o.crossed <> 0) AS i
      JOIN res_company company ON company.id = i.company_id
      JOIN res_company root
        ON root.id = split_part(company.parent_path, '/', 1)::int
      LEFT JOIN kam_account account
        ON account.partner_id = i.partner_id AND account.company_id = root.id
      LEFT JOIN LATERAL (
           SELECT o.user_id FROM kam_account_owner o
            WHERE o.account_id = account.id AND o.date_from <= %(owner_day)s
              AND (o.date_to IS NULL OR o.date_to >= %(owner_day)s)
            ORDER BY o.role DESC, o.share DESC, o.event_key LIMIT 1) AS lead ON TRUE"""
CUSTOMERS = """
    SELECT min(i.id) AS id, i.partner_id, i.root_company_id AS company_id,
           i.currency_id, i.account_id, i.account_class, i.user_id,
           sum(i.total) AS total, sum(i.residual) AS residual,
           %(slots)s,
           sum(i.unallocated) AS unallocated, sum(i.crossed) AS crossed,
           sum(i.overdue) AS overdue,
           sum(i.overdue * i.days) AS late_days,
           min(i.base_date) FILTER (WHERE i.overdue > 0) AS oldest_date,
           count(*) AS documents
      FROM (%(items)s) AS i
     GROUP BY i.partner_id, i.root_company_id, i.currency_id, i.account_id,
              i.account_class, i.user_id"""
# independent of matches, so that it can prove the items
LEDGER_BALANCE = """
    SELECT coalesce(sum(CASE WHEN %(currency)s IS NULL THEN l.balance
                        ELSE l.amount_currency END), 0)::text
      FROM account_move_line l
      JOIN account_account a
        ON a.id = l.account_id AND a.account_type = 'asset_receivable'
      LEFT JOIN res_partner p ON p.id = l.partner_id
     WHERE l.parent_state = 'posted' AND l.date <= %(as_of)s
       AND l.company_id = ANY(%(companies)s)
       AND (%(currency)s IS NULL OR l.currency_id = %(currency)s) AND %(partners)s"""
KNOWN_BALANCE = """
    SELECT coalesce(sum(CASE WHEN %(currency)s IS NULL THEN l.amount
                        ELSE l.amount_currency END), 0)::text
      FROM kam_fact l LEFT JOIN res_currency c ON c.name = l.currency
      LEFT JOIN res_partner p ON p.id = l.partner_id
     WHERE l.kind = 'receivable' AND l.recorded_at < %(known_at)s + interval '1 second'
       AND l.date <= %(as_of)s AND l.company_id = ANY(%(companies)s)
       AND (%(currency)s IS NULL OR c.id = %(currency)s) AND %(partners)s"""
SLOTS = 9  # not due, seven ranges, older


@dataclass(frozen=True, slots=True)
class Question:
    """What an ageing is asked for.

    :param as_of: last accounting day that counts, in the company's time zone
    :param known_at: naive UTC, to the second; None: as the ledger says it today
    :param base: ``due`` or ``invoice``: the day from which items age
    :param owner: key account manager ``now`` or ``then``, on ``as_of``
    :param currency_id: only documents in it, in its amounts; None: company currency
    """

    as_of: date
    known_at: datetime | None = None
    base: str = "due"
    owner: str = "now"
    currency_id: int | None = None


def question(env, asked=None):
    """Return the :class:`Question` of a dict as screens and integrations send it.

    :raises UserError: a value that cannot be
    """
    asked = asked or {}
    if not isinstance(asked, dict):
        raise UserError(env._("“kam_ageing” is an object; give “as_of”, “base” …"))
    try:
        as_of = fields.Date.to_date(asked.get("as_of")) or env.company._kam_today()
        known_at = fields.Datetime.to_datetime(asked.get("known_at")) or None
    except (TypeError, ValueError, AttributeError) as error:
        raise UserError(
            env._(
                "“As of” is a date such as 2026-03-31, “Known at” a time such as"
                " 2026-03-31 18:00:00."
            )
        ) from error
    if not 1900 <= as_of.year <= 2199:
        raise UserError(env._("“As of” is out of range: choose one from 1900 to 2199."))
    return Question(
        as_of,
        _known(env, known_at),
        _choice(env, asked, "base", BASES),
        _choice(env, asked, "owner", OWNERS[::-1]),
        _currency(env, asked.get("currency_id")),
    )


def _known(env, known_at):
    since = env["kam.fact"]._known_since() if known_at else None
    if known_at and (not since or known_at < since):
        raise UserError(
            env._(
                "What was known before %s is unknown: the event log begins then. Choose"
                " a later “Known at”, or “As it was”.",
                fields.Datetime.to_string(since) if since else env._("the log"),
            )
        )
    return known_at


def _choice(env, asked, name, choices):
    value = asked.get(name) or choices[0]
    if value not in choices:
        raise UserError(
            env._(
                "“%(name)s” is one of %(choices)s.",
                name=name,
                choices=", ".join(choices),
            )
        )
    return value


def _currency(env, currency_id):
    if not currency_id:
        return None
    if not isinstance(currency_id, int) or not 0 < currency_id < 2**31:
        raise UserError(env._("“Currency” is the id of a currency, as a number."))
    return currency_id


def source(asked, company_ids):
    """Return the statement of all items that may be open."""
    return SQL(
        LEDGER if asked.known_at is None else KNOWN,
        as_of=asked.as_of,
        known_at=SQL("%s::timestamp", asked.known_at),
        base=asked.base,
        companies=list(company_ids),
    )


def items(env, asked):
    """Return the statement of open items, one row a journal item."""
    buckets, unallocated = env["kam.ageing.bucket"]._places()
    bounds = env["kam.ageing.bucket"]._bounds()
    foreign = "_currency" if asked.currency_id else ""
    today = env.company._kam_today()
    return SQL(
        ITEMS,
        source=source(asked, env.companies.ids),
        currency=SQL("%s::int", asked.currency_id),
        as_of=SQL("%s::date", asked.as_of),
        owner_day=asked.as_of if asked.owner == "then" else today,
        amount=SQL.identifier("amount" + foreign),
        opened=SQL.identifier("opened" + foreign),
        crossed=SQL.identifier("crossed" + foreign),
        only=SQL("document_currency_id = %s", asked.currency_id)
        if asked.currency_id
        else SQL("TRUE"),
        buckets=SQL("%s::int[]", [*buckets, unallocated]),
        last=len(buckets) + 1,
        firsts=SQL("%s::int[]", [1, *(one + 1 for one in bounds)]),
    )


def customers(env, asked):
    """Return the statement of the ageing, one row a customer."""
    slots = SQL(", ").join(
        SQL(
            "coalesce(sum(i.residual) FILTER (WHERE i.place = %s), 0) AS %s",
            place,
            SQL.identifier(f"slot_{place}"),
        )
        for place in range(SLOTS)
    )
    return SQL(CUSTOMERS, slots=slots, items=items(env, asked))


def balance(env, asked, account_query=None):
    """Return the statement of the ledger's balance, as text.

    :param account_query: SQL of the ids of accounts it is narrowed to
    """
    partners = SQL("TRUE")
    if account_query is not None:
        partners = SQL(
            """p.commercial_partner_id IN (
                SELECT partner_id FROM kam_account WHERE id IN %s)""",
            account_query,
        )
    return SQL(
        LEDGER_BALANCE if asked.known_at is None else KNOWN_BALANCE,
        as_of=asked.as_of,
        known_at=SQL("%s::timestamp", asked.known_at),
        companies=env.companies.ids,
        currency=SQL("%s::int", asked.currency_id),
        partners=partners,
    )
