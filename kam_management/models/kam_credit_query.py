"""The statements of credit: exposure of customers, and what documents ask of it.

They are functions of the database (``sql/credit_exposed.sql``, and here those that tell
of documents and of terms): what a customer has nothing of is then not even planned, and
planning is as dear as reading the few documents of most. At the gate one of them tells
whatever an order is judged by, so that confirming asks the database once.
"""

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
# who shares a credit line with those whose terms are asked for, and what each of them
# owes and holds
EXPOSED = """
    fellows AS MATERIALIZED (
        SELECT f.partner_id, f.company_id, t.currency_id, t.line
          FROM (SELECT DISTINCT line, group_id, currency_id FROM terms) AS t
          JOIN kam_credit_terms f ON f.group_id = t.group_id
         UNION
        SELECT partner_id, company_id, currency_id, line FROM terms
    ), exposed AS MATERIALIZED (
        SELECT e.*
          FROM (SELECT array_agg(f.partner_id) AS partners,
                       array_agg(f.company_id) AS companies,
                       array_agg(f.currency_id) AS currencies
                  FROM fellows f) AS f
         CROSS JOIN LATERAL kam_es.exposed(f.partners, f.companies, f.currencies,
                                           {asked}, at) AS e
         WHERE f.partners IS NOT NULL
    )"""
ASKED = f"""
    asked AS MATERIALIZED (
        SELECT {{columns}}, p.commercial_partner_id AS partner_id, r.company_id,
               kam_es.day_at(r.company_id, at) AS today
          FROM {{table}} o
          JOIN res_partner p ON p.id = o.{{partner}}
          JOIN res_company c ON c.id = o.company_id
         CROSS JOIN LATERAL (
               SELECT split_part(c.parent_path, '/', 1)::int AS company_id) AS r
         WHERE o.id = ANY (ids) {{only}}
    ), terms AS MATERIALIZED (
        SELECT t.* FROM ({TERMS}) AS t
         WHERE (t.partner_id, t.company_id) IN (SELECT partner_id, company_id
                                                  FROM asked)
    ), """  # noqa: S608
RULES = """(SELECT jsonb_agg(jsonb_build_array(k.kind, k.severity, k.threshold::text,
                   k.for_class, k.company_id) ORDER BY k.company_id NULLS FIRST, k.id)
              FROM kam_credit_rule k
             WHERE k.active
               AND (k.company_id IS NULL OR k.company_id = t.company_id))"""
BETWEEN = "kam_es.rate_between({}, t.currency_id, t.company_id, a.today)"
# one row a document, with nulls where the customer has no terms
FOUND = f"""
    SELECT a.id, a.total, a.term_days, t.id AS terms_id, t.line::text,
           t.group_name::text, a.partner_id, a.company_id, t.currency_id,
           cur.name::text AS currency,
           cur.decimal_places AS decimals, t.credit_limit::numeric,
           t.tolerance_percent::numeric,
           e.receivable, e.overdue, e.overdue_since, t.overdue_days,
           t.overdue_amount::numeric,
           t.valid_until, t.on_hold, {TERM_DAYS.format("t.payment_term_id")}
               AS granted_days, e.rate,
           {BETWEEN.format("a.currency_id")} AS asked_rate,
           {BETWEEN.format("t.terms_currency_id")} AS terms_rate,
           (SELECT sum(x.receivable + x.reserved - x.receipts) FROM exposed x
              JOIN fellows f USING (partner_id, company_id)
             WHERE f.line = t.line) AS exposure,
           acc.account_class::text, {RULES} AS rules, a.today,
           pg_current_xact_id_if_assigned() IS NULL AS unwritten{{columns}}
      FROM asked a
      {{join}} JOIN terms t USING (partner_id, company_id)
      LEFT JOIN exposed e USING (partner_id, company_id)
      LEFT JOIN res_currency cur ON cur.id = t.currency_id
      LEFT JOIN kam_account acc ON acc.partner_id = t.partner_id
       AND acc.company_id = t.company_id AND acc.status IN ('key', 'suspended')
      {{more}}
     ORDER BY array_position(ids, a.id)"""  # noqa: S608
TOLD = """id int, total numeric, term_days int, terms_id int, line text,
    group_name text, partner_id int, company_id int, currency_id int,
    currency text, decimals int, credit_limit numeric, tolerance_percent numeric,
    receivable numeric, overdue numeric, overdue_since date, overdue_days int,
    overdue_amount numeric, valid_until date, on_hold boolean, granted_days int,
    rate numeric, asked_rate numeric, terms_rate numeric, exposure numeric,
    account_class text, rules jsonb, today date, unwritten boolean, held numeric"""

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
               WHERE g.account_id = a.account_id AND g.date_from <= a.today
                 AND (g.date_to IS NULL OR g.date_to >= a.today)
                 AND (g.ended_on IS NULL OR g.ended_on > a.today)
               ORDER BY c.rank DESC, g.date_from DESC, g.id DESC LIMIT 1)"""
# a reminder that stops shipment, and something of it is unpaid still
STOPPED = """(SELECT max(r.id) FROM kam_reminder r
               WHERE r.is_stop AND r.lifted_on IS NULL
                 AND r.partner_id = a.partner_id AND r.company_id = a.company_id
                 AND EXISTS (SELECT FROM kam_reminder_item i
                               JOIN account_move_line l ON l.id = i.line_id
                              WHERE i.reminder_id = r.id AND l.amount_residual > 0
                                AND l.parent_state = 'posted'))"""
# what the orders in question hold, each in its own currency; a day for each company
HELD = """, held AS MATERIALIZED (
        SELECT h.*
          FROM (SELECT a.company_id, a.today, array_agg(a.id) AS orders
                  FROM asked a JOIN terms USING (partner_id, company_id)
                 GROUP BY 1, 2) AS a
         CROSS JOIN LATERAL kam_es.orders_held(a.orders, a.company_id, a.today) AS h
    )"""
ONLY_MANUAL = """AND NOT EXISTS (SELECT FROM account_move_line l
                         JOIN sale_order_line_invoice_rel r ON r.invoice_line_id = l.id
                        WHERE l.move_id = o.id)"""


def function(name, parameters, columns, body):
    """Return the SQL of a function of one statement, joined in the order written."""
    # the columns may be others than in an earlier version of ours
    return f"""
        DROP FUNCTION IF EXISTS kam_es.{name};
        CREATE FUNCTION kam_es.{name}({parameters}, at timestamp)
        RETURNS TABLE ({columns}) LANGUAGE plpgsql STABLE ROWS 10
        SET plan_cache_mode = force_generic_plan SET join_collapse_limit = 1
        SET from_collapse_limit = 1 AS $$
        #variable_conflict use_column
        BEGIN
            RETURN QUERY WITH {body};
        END $$;"""


FUNCTIONS = (
    function(
        "told_of_orders",
        "ids int[]",
        TOLD + """, order_class text, has_values boolean, column_id int, stop_id int""",
        ASKED.format(
            table="sale_order", partner="partner_invoice_id", columns=ORDERED, only=""
        )
        + EXPOSED.format(asked="ids")
        + HELD
        + FOUND.format(
            columns=f""", h.held, own.account_class::text, a.has_values,
           {GRANTED}, {STOPPED}""",
            join="LEFT",
            more="""LEFT JOIN held h ON h.id = a.id
      LEFT JOIN kam_account own ON own.id = a.account_id""",
        ),
    ),
    function(
        "told_of_moves",
        "ids int[]",
        TOLD,
        ASKED.format(
            table="account_move",
            partner="partner_id",
            columns=COLUMNS.format(TERM_DAYS.format("o.invoice_payment_term_id")),
            only=ONLY_MANUAL,
        )
        + EXPOSED.format(asked="ARRAY[]::int[]")
        + FOUND.format(columns=", a.total", join="", more=""),
    ),
    function(
        "standings",
        "partners int[], companies int[]",
        """partner_id int, company_id int, terms_id int, currency_id int, decimals int,
        credit_limit numeric, on_hold boolean, receivable numeric, receipts numeric,
        reserved numeric, overdue numeric, overdue_since date, own_exposure numeric,
        exposure numeric""",
        f"""terms AS MATERIALIZED (
            SELECT t.* FROM ({TERMS}) AS t
             WHERE (t.partner_id, t.company_id) IN (
                   SELECT * FROM unnest(partners, companies))
        ), {EXPOSED.format(asked="ARRAY[]::int[]")}, line_sum AS (
            SELECT f.line, sum(x.receivable + x.reserved - x.receipts) AS exposure
              FROM exposed x JOIN fellows f USING (partner_id, company_id)
             GROUP BY f.line)
        SELECT t.partner_id, t.company_id, t.id, t.currency_id, cur.decimal_places,
               t.credit_limit::numeric, t.on_hold, e.receivable, e.receipts, e.reserved,
               e.overdue, e.overdue_since,
               e.receivable + e.reserved - e.receipts, s.exposure
          FROM terms t
          JOIN exposed e USING (partner_id, company_id)
          JOIN line_sum s ON s.line = t.line
          JOIN res_currency cur ON cur.id = t.currency_id""",  # noqa: S608
    ),
)
ORDERS = "SELECT * FROM kam_es.told_of_orders(%(ids)s::int[], %(now)s::timestamp)"
MOVES = "SELECT * FROM kam_es.told_of_moves(%(ids)s::int[], %(now)s::timestamp)"
MANY = """SELECT * FROM kam_es.standings(%(partners)s::int[], %(companies)s::int[],
                                         %(now)s::timestamp)"""
