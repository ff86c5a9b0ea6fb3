"""The statements of credit: exposure of customers, and what documents ask of it.

One body (``sql/credit_exposure.sql``) serves the gate, lists and screens. At the gate
the same statement tells whatever else an order is judged by, so that confirming asks
the database once.
"""

from .kam_document_facts import fill

# the day where the company is: its own clock, whatever the session's
TODAY = """(SELECT (%(now)s::timestamp AT TIME ZONE 'UTC'
                     AT TIME ZONE coalesce(z.tz, 'UTC'))::date
              FROM res_company y
              LEFT JOIN resource_calendar z ON z.id = y.resource_calendar_id
             WHERE y.id = %(company)s)"""


def statement(who, before="", after="SELECT * FROM exposed"):
    """Return the SQL of exposures, with parameters ``now``, ``company``, ``asked``.

    :param who: a query of (partner_id, company_id, currency_id, company_currency_id)
    :param before: CTEs that ``who`` reads, each followed by a comma
    """
    return f"WITH {before} {fill('credit_exposure', who=who, today=TODAY)} {after}"


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
ASKED = f"""
    asked AS MATERIALIZED (
        SELECT {{columns}}, p.commercial_partner_id AS partner_id,
               split_part(c.parent_path, '/', 1)::int AS company_id
          FROM {{table}} o
          JOIN res_partner p ON p.id = o.{{partner}}
          JOIN res_company c ON c.id = o.company_id
         WHERE o.id = ANY(%(ids)s) {{only}}
    ), terms AS MATERIALIZED (
        SELECT t.* FROM ({TERMS}) AS t
         WHERE (t.partner_id, t.company_id) IN (SELECT partner_id, company_id
                                                  FROM asked)
    ), {FELLOWS}"""  # noqa: S608
NAMED = f"""
    terms AS MATERIALIZED (
        SELECT t.* FROM ({TERMS}) AS t
         WHERE (t.partner_id, t.company_id) IN (
               SELECT * FROM unnest(%(partners)s::int[], %(companies)s::int[]))
    ), {FELLOWS}"""  # noqa: S608
RULES = """(SELECT jsonb_agg(jsonb_build_array(k.kind, k.severity, k.threshold::text,
                   k.for_class, k.company_id) ORDER BY k.company_id NULLS FIRST, k.id)
              FROM kam_credit_rule k
             WHERE k.active
               AND (k.company_id IS NULL OR k.company_id = t.company_id))"""
BETWEEN = "kam_es.rate_between({}, t.currency_id, t.company_id, day.today)"
# one row a document, with nulls where the customer has no terms
FOUND = f"""
    SELECT a.id, {{columns}} a.total, a.term_days, t.id AS terms_id, t.line,
           t.group_name, a.partner_id, a.company_id, t.currency_id,
           cur.name AS currency,
           cur.decimal_places AS decimals, t.credit_limit, t.tolerance_percent,
           e.receivable, e.overdue, e.overdue_since, t.overdue_days, t.overdue_amount,
           t.valid_until, t.on_hold, {TERM_DAYS.format("t.payment_term_id")}
               AS granted_days, e.rate,
           {BETWEEN.format("a.currency_id")} AS asked_rate,
           {BETWEEN.format("t.terms_currency_id")} AS terms_rate,
           (SELECT sum(x.receivable + x.reserved - x.receipts) FROM exposed x
              JOIN fellows f USING (partner_id, company_id)
             WHERE f.line = t.line) AS exposure,
           acc.account_class, {RULES} AS rules, day.today,
           pg_current_xact_id_if_assigned() IS NULL AS unwritten
      FROM asked a
     CROSS JOIN day
      {{join}} JOIN terms t USING (partner_id, company_id)
      LEFT JOIN exposed e USING (partner_id, company_id)
      LEFT JOIN res_currency cur ON cur.id = t.currency_id
      LEFT JOIN kam_account acc ON acc.partner_id = t.partner_id
       AND acc.company_id = t.company_id AND acc.status IN ('key', 'suspended')
      {{more}}
     ORDER BY array_position(%(ids)s, a.id)"""  # noqa: S608
WHO = "SELECT partner_id, company_id, currency_id, company_currency_id FROM fellows"

COLUMNS = "o.id, o.currency_id, o.amount_total AS total, {} AS term_days"
ORDERED = f"""{COLUMNS.format(TERM_DAYS.format("o.payment_term_id"))},
               o.kam_account_id AS account_id,
               EXISTS (SELECT FROM sale_order_line sl
                         JOIN product_template_attribute_value_sale_order_line_rel v
                           ON v.sale_order_line_id = sl.id
                        WHERE sl.order_id = o.id) AS has_values"""
# the price column granted to the account: of several the best
GRANTED = """(SELECT g.column_id
                FROM kam_price_grant g JOIN kam_price_column c ON c.id = g.column_id
               WHERE g.account_id = a.account_id AND g.date_from <= day.today
                 AND (g.date_to IS NULL OR g.date_to >= day.today)
                 AND (g.ended_on IS NULL OR g.ended_on > day.today)
               ORDER BY c.rank DESC, g.date_from DESC, g.id DESC LIMIT 1)"""
# a reminder that stops shipment, and something of it is unpaid still
STOPPED = """(SELECT max(r.id) FROM kam_reminder r
               WHERE r.is_stop AND r.lifted_on IS NULL
                 AND r.partner_id = a.partner_id AND r.company_id = a.company_id
                 AND EXISTS (SELECT FROM kam_reminder_item i
                               JOIN account_move_line l ON l.id = i.line_id
                              WHERE i.reminder_id = r.id AND l.amount_residual > 0
                                AND l.parent_state = 'posted'))"""
ORDERS = statement(
    WHO,
    ASKED.format(
        table="sale_order", partner="partner_invoice_id", columns=ORDERED, only=""
    ),
    FOUND.format(
        columns=f"""h.held, own.account_class AS order_class, a.has_values,
           {GRANTED} AS column_id, {STOPPED} AS stop_id,""",
        join="LEFT",
        more="""LEFT JOIN order_held h ON h.id = a.id
      LEFT JOIN kam_account own ON own.id = a.account_id""",
    ),
)
MOVES = statement(
    WHO,
    ASKED.format(
        table="account_move",
        partner="partner_id",
        columns=COLUMNS.format(TERM_DAYS.format("o.invoice_payment_term_id")),
        only="""AND NOT EXISTS (SELECT FROM account_move_line l
                         JOIN sale_order_line_invoice_rel r ON r.invoice_line_id = l.id
                        WHERE l.move_id = o.id)""",
    ),
    FOUND.format(columns="a.total AS held,", join="", more=""),
)
MANY = statement(
    WHO,
    NAMED,
    """, line_sum AS (
           SELECT f.line, sum(x.receivable + x.reserved - x.receipts) AS exposure
             FROM exposed x JOIN fellows f USING (partner_id, company_id)
            GROUP BY f.line)
       SELECT t.partner_id, t.company_id, t.id AS terms_id, t.currency_id,
              cur.decimal_places AS decimals, t.credit_limit, t.on_hold, e.receivable,
              e.receipts, e.reserved, e.overdue, e.overdue_since,
              e.receivable + e.reserved - e.receipts AS own_exposure, s.exposure
         FROM terms t
         JOIN exposed e USING (partner_id, company_id)
         JOIN line_sum s ON s.line = t.line
         JOIN res_currency cur ON cur.id = t.currency_id""",
)
