-- Exposure of customers, live from Odoo's tables: functions, so that the statements that
-- read much are planned for the customer that is asked about, and the others once.

CREATE INDEX IF NOT EXISTS sale_order_kam_open_index ON sale_order
    (partner_invoice_id) WHERE state = 'sale' AND invoice_status <> 'invoiced';
CREATE INDEX IF NOT EXISTS account_move_kam_draft_index ON account_move
    (partner_id) WHERE state = 'draft' AND move_type IN ('out_invoice', 'out_receipt');

-- The day where a company is: its own clock, whatever the session's.
CREATE OR REPLACE FUNCTION kam_es.day_at(company int, at timestamp)
RETURNS date LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT (at AT TIME ZONE 'UTC' AT TIME ZONE coalesce(z.tz, 'UTC'))::date
              FROM res_company c
              LEFT JOIN resource_calendar z ON z.id = c.resource_calendar_id
             WHERE c.id = company);
END $$;

-- What orders hold of a limit, each in its own currency: ordered less posted, down
-- payments netted, drafts held still, what was paid online deducted; never below zero.
CREATE OR REPLACE FUNCTION kam_es.orders_held(orders int[], root int, day date)
RETURNS TABLE (id int, held numeric) LANGUAGE plpgsql STABLE ROWS 10
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    IF cardinality(orders) = 0 THEN
        RETURN;
    END IF;
    IF NOT EXISTS (SELECT FROM sale_order_line s
                     JOIN sale_order_line_invoice_rel r ON r.order_line_id = s.id
                    WHERE s.order_id = ANY (orders))
       AND NOT EXISTS (SELECT FROM sale_order_transaction_rel r
                        WHERE r.sale_order_id = ANY (orders)) THEN
        RETURN QUERY
        SELECT o.id, CASE WHEN g.closed THEN 0 ELSE greatest(o.amount_total, 0) END
          FROM sale_order o
          LEFT JOIN kam_order_closing g ON g.order_id = o.id
         WHERE o.id = ANY (orders);
        RETURN;
    END IF;
    RETURN QUERY
    WITH invoiced AS (
        SELECT s.order_id,
               sum(CASE WHEN s.is_invoice THEN s.amount
                        WHEN s.is_downpayment THEN -s.amount END)
                   FILTER (WHERE s.state = 'posted') AS posted,
               sum(s.amount) FILTER (WHERE s.state = 'draft' AND s.is_invoice) AS drafted
          FROM (SELECT sl.order_id, sl.is_downpayment, m.state,
                       m.move_type IN ('out_invoice', 'out_receipt') AS is_invoice,
                       l.price_total * CASE WHEN l.currency_id = o.currency_id THEN 1
                           ELSE kam_es.rate_between(l.currency_id, o.currency_id, root,
                                                    day) END AS amount
                  FROM sale_order o
                  JOIN sale_order_line sl ON sl.order_id = o.id
                  JOIN sale_order_line_invoice_rel r ON r.order_line_id = sl.id
                  JOIN account_move_line l ON l.id = r.invoice_line_id
                  JOIN account_move m ON m.id = l.move_id
                 WHERE o.id = ANY (orders) AND m.state IN ('draft', 'posted')) AS s
         GROUP BY 1
    ), paid AS (
        SELECT r.sale_order_id AS order_id, sum(t.amount) AS paid
          FROM sale_order_transaction_rel r
          JOIN payment_transaction t ON t.id = r.transaction_id
           AND t.state IN ('authorized', 'done')
         WHERE r.sale_order_id = ANY (orders)
           AND NOT EXISTS (SELECT FROM account_payment a
                             JOIN account_move m ON m.id = a.move_id
                            WHERE a.id = t.payment_id AND m.state = 'posted')
         GROUP BY 1
    )
    SELECT o.id,
           CASE WHEN g.closed THEN 0
                ELSE greatest(0, greatest(o.amount_total - coalesce(i.posted, 0),
                                          coalesce(i.drafted, 0)) - coalesce(p.paid, 0))
           END
      FROM sale_order o
      LEFT JOIN invoiced i ON i.order_id = o.id
      LEFT JOIN paid p ON p.order_id = o.id
      LEFT JOIN kam_order_closing g ON g.order_id = o.id
     WHERE o.id = ANY (orders);
END $$;

-- Orders of invoice addresses that more than their total is to be known of: something was
-- invoiced, paid or given up of them, or an invoice of all that is left is a draft. What a
-- customer has nothing of is not asked, so that it need not be planned either.
CREATE OR REPLACE FUNCTION kam_es.orders_begun(addresses int[], branches int[])
RETURNS TABLE (id int) LANGUAGE plpgsql STABLE ROWS 10
SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
    IF EXISTS (SELECT FROM sale_order o
                WHERE o.partner_invoice_id = ANY (addresses)
                  AND o.state = 'sale' AND o.invoice_status <> 'invoiced') THEN
        RETURN QUERY
        SELECT s.order_id
          FROM sale_order o
          JOIN sale_order_line s ON s.order_id = o.id
          JOIN sale_order_line_invoice_rel r ON r.order_line_id = s.id
         WHERE o.partner_invoice_id = ANY (addresses) AND o.company_id = ANY (branches)
           AND o.state = 'sale' AND o.invoice_status <> 'invoiced'
         UNION
        SELECT o.id
          FROM sale_order o JOIN sale_order_transaction_rel r ON r.sale_order_id = o.id
         WHERE o.partner_invoice_id = ANY (addresses) AND o.company_id = ANY (branches)
           AND o.state = 'sale' AND o.invoice_status <> 'invoiced'
         UNION
        SELECT o.id
          FROM sale_order o JOIN kam_order_closing g ON g.order_id = o.id AND g.closed
         WHERE o.partner_invoice_id = ANY (addresses) AND o.company_id = ANY (branches)
           AND o.state = 'sale' AND o.invoice_status <> 'invoiced';
    END IF;
    IF EXISTS (SELECT FROM account_move m
                WHERE m.partner_id = ANY (addresses) AND m.state = 'draft'
                  AND m.move_type IN ('out_invoice', 'out_receipt')) THEN
        RETURN QUERY
        SELECT o.id
          FROM account_move m
          JOIN account_move_line l ON l.move_id = m.id
          JOIN sale_order_line_invoice_rel r ON r.invoice_line_id = l.id
          JOIN sale_order_line s ON s.id = r.order_line_id
          JOIN sale_order o ON o.id = s.order_id
         WHERE m.partner_id = ANY (addresses) AND m.state = 'draft'
           AND m.move_type IN ('out_invoice', 'out_receipt')
           AND o.partner_invoice_id = ANY (addresses) AND o.company_id = ANY (branches)
           AND o.state = 'sale';
    END IF;
END $$;

-- The earliest due date ever said of receivable lines whose due dates were moved.
CREATE OR REPLACE FUNCTION kam_es.first_dues(partners int[])
RETURNS TABLE (line_id int, due date) LANGUAGE plpgsql STABLE ROWS 1
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH moved AS (
        SELECT DISTINCT e.stream_id
          FROM kam_es.event e
         WHERE e.type = 'Redated'
           AND (e.payload ->> 'commercial_partner_id')::int = ANY (partners || ARRAY(
               SELECT m.source_id FROM kam_es.partner_merge m
                WHERE m.target_id = ANY (partners)))
    )
    SELECT (l.line ->> 'line_id')::int, min((l.line ->> 'due_date')::date)
      FROM moved d
      JOIN kam_es.event e ON e.stream_id = d.stream_id
       AND e.type IN ('Posted', 'Redated', 'Corrected')
     CROSS JOIN LATERAL jsonb_array_elements(e.payload -> 'lines') AS l(line)
     GROUP BY 1;
END $$;

-- The due dates that credit goes by, of lines whose due dates were moved: the first, and
-- as many days more as an approval in force grants.
CREATE OR REPLACE FUNCTION kam_es.credit_dues(partners int[], day date)
RETURNS TABLE (line_id int, due date) LANGUAGE plpgsql STABLE ROWS 1
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT d.line_id,
           d.due + coalesce((
               SELECT max(trunc((a.granted::jsonb ->> 'days')::numeric))::int
                 FROM account_move_line l
                 JOIN kam_approval a ON a.res_id = l.move_id
                  AND a.res_model = 'account.move' AND a.kind = 'due_date'
                  AND a.state = 'approved'
                  AND (a.granted_until IS NULL OR a.granted_until >= day)
                WHERE l.id = d.line_id), 0)
      FROM kam_es.first_dues(partners) AS d;
END $$;

-- Exposure of customers, one row each; tax included, rates of the day.
-- partners: commercial partners of invoice addresses; companies: the head company of
-- each; currencies: of each limit, in which the amounts are; asked: orders that are in
-- no sum, since they are told one by one; at: now, in UTC.
CREATE OR REPLACE FUNCTION kam_es.exposed(
    partners int[], companies int[], currencies int[], asked int[], at timestamp)
RETURNS TABLE (
    partner_id int, company_id int, rate numeric, receivable numeric, receipts numeric,
    overdue numeric, overdue_since date, reserved numeric)
LANGUAGE plpgsql STABLE ROWS 10
SET plan_cache_mode = force_custom_plan SET join_collapse_limit = 1 AS $$
#variable_conflict use_column
DECLARE
    v_root int;
    v_today date;
    v_partners int[];
    v_addresses int[];
    v_branches int[];
    v_accounts int[];
    v_moved int[];
    v_dues date[];
    v_begun int[];
BEGIN
    FOR v_root IN SELECT DISTINCT unnest(companies) ORDER BY 1 LOOP
        v_today := kam_es.day_at(v_root, at);
        v_partners := ARRAY(
            SELECT w.partner_id FROM unnest(partners, companies)
                AS w(partner_id, company_id) WHERE w.company_id = v_root);
        v_addresses := ARRAY(
            SELECT p.id FROM res_partner p WHERE p.commercial_partner_id = ANY (v_partners));
        v_branches := ARRAY(
            SELECT c.id FROM res_company c
             WHERE split_part(c.parent_path, '/', 1)::int = v_root);
        v_accounts := ARRAY(
            SELECT t.id FROM account_account t WHERE t.account_type = 'asset_receivable');
        -- lines whose due dates were moved
        SELECT array_agg(d.line_id), array_agg(d.due) INTO v_moved, v_dues
          FROM kam_es.credit_dues(v_partners, v_today) AS d;
        v_begun := ARRAY(SELECT DISTINCT b.id
                           FROM kam_es.orders_begun(v_addresses, v_branches) AS b);

        RETURN QUERY
        WITH who AS MATERIALIZED (
            SELECT w.partner_id, w.currency_id,
                   kam_es.rate_between(c.currency_id, w.currency_id, v_root, v_today) AS rate
              FROM unnest(partners, companies, currencies)
                   AS w(partner_id, company_id, currency_id)
              JOIN res_company c ON c.id = w.company_id
             WHERE w.company_id = v_root
        ), line_sum AS MATERIALIZED (
            SELECT l.partner_id AS address_id, l.currency_id, l.amount_residual > 0 AS is_debit,
                   l.date_maturity < v_today AS is_late,
                   sum(l.amount_residual) AS residual,
                   sum(l.amount_residual_currency) AS residual_currency,
                   min(l.date_maturity) AS since
              FROM account_move_line l
             WHERE l.partner_id = ANY (v_addresses) AND l.company_id = ANY (v_branches)
               AND l.account_id = ANY (v_accounts) AND l.parent_state = 'posted'
               AND l.reconciled IS NOT TRUE AND l.amount_residual <> 0
               AND (v_moved IS NULL OR l.id <> ALL (v_moved))
             GROUP BY 1, 2, 3, 4
             UNION ALL
            SELECT l.partner_id, l.currency_id, l.amount_residual > 0,
                   least(l.date_maturity, d.due) < v_today, l.amount_residual,
                   l.amount_residual_currency, least(l.date_maturity, d.due)
              FROM unnest(v_moved, v_dues) AS d(line_id, due)
              JOIN account_move_line l ON l.id = d.line_id
             WHERE l.partner_id = ANY (v_addresses) AND l.company_id = ANY (v_branches)
               AND l.account_id = ANY (v_accounts) AND l.parent_state = 'posted'
               AND l.reconciled IS NOT TRUE AND l.amount_residual <> 0
        ), order_sum AS MATERIALIZED (
            SELECT o.partner_invoice_id AS address_id, o.currency_id,
                   sum(o.amount_total) AS held
              FROM sale_order o
             WHERE o.partner_invoice_id = ANY (v_addresses)
               AND o.company_id = ANY (v_branches)
               AND o.state = 'sale' AND o.invoice_status <> 'invoiced'
               AND o.amount_total > 0
             GROUP BY 1, 2
             UNION ALL  -- less those that are looked at one by one
            SELECT o.partner_invoice_id, o.currency_id, -sum(o.amount_total)
              FROM sale_order o
             WHERE o.id = ANY (v_begun || asked)
               AND o.partner_invoice_id = ANY (v_addresses)
               AND o.company_id = ANY (v_branches)
               AND o.state = 'sale' AND o.invoice_status <> 'invoiced'
               AND o.amount_total > 0
             GROUP BY 1, 2
             UNION ALL
            SELECT o.partner_invoice_id, o.currency_id, sum(h.held)
              FROM kam_es.orders_held(v_begun, v_root, v_today) h
              JOIN sale_order o ON o.id = h.id
             WHERE h.id <> ALL (asked)
             GROUP BY 1, 2
        ), owed AS (
            SELECT w.partner_id,
                   sum(s.amount) FILTER (WHERE s.is_debit) AS receivable,
                   -sum(s.amount) FILTER (WHERE NOT s.is_debit) AS receipts,
                   sum(s.amount) FILTER (WHERE s.is_debit AND s.is_late) AS overdue,
                   min(s.since) FILTER (WHERE s.is_debit AND s.is_late) AS overdue_since
              FROM who w
              JOIN res_partner p ON p.commercial_partner_id = w.partner_id
              JOIN LATERAL (
                   SELECT i.is_debit, i.is_late, i.since,
                          CASE WHEN i.currency_id = w.currency_id
                               THEN i.residual_currency
                               ELSE i.residual * w.rate END AS amount
                     FROM line_sum i WHERE i.address_id = p.id) AS s ON TRUE
             GROUP BY 1
        ), reserved AS (
            SELECT w.partner_id,
                   sum(s.held * kam_es.rate_between(
                       s.currency_id, w.currency_id, v_root, v_today)) AS held
              FROM who w
              JOIN res_partner p ON p.commercial_partner_id = w.partner_id
              JOIN order_sum s ON s.address_id = p.id
             GROUP BY 1
        )
        SELECT w.partner_id, v_root, w.rate, coalesce(o.receivable, 0),
               coalesce(o.receipts, 0), coalesce(o.overdue, 0), o.overdue_since,
               coalesce(r.held, 0)
          FROM who w
          LEFT JOIN owed o ON o.partner_id = w.partner_id
          LEFT JOIN reserved r ON r.partner_id = w.partner_id;
    END LOOP;
END $$;
