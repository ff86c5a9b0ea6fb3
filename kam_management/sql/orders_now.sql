-- What sales orders say now. $entries narrows sale_order AS o, $lines sale_order_line
-- AS l; $delivered_at is the moment of the first delivery, where Odoo keeps one;
-- $materialized keeps a plan for few documents from being one for all.
orders_line AS $materialized (
    SELECT l.order_id,
           -- as text, then JSON at once: half the time of building it value by value
           ('[' || string_agg('[' || l.id || ', ' || coalesce(l.product_id::text, 'null')
               || ', ' || coalesce(l.product_uom_id::text, 'null')
               || ', "' || trim_scale(l.product_uom_qty)
               || '", "' || trim_scale(l.price_unit)
               || '", ' || coalesce('"' || trim_scale(l.discount) || '"', 'null')
               || ', ' || coalesce('"' || trim_scale(l.price_subtotal) || '"', 'null')
               || ']', ', ' ORDER BY l.id) || ']')::jsonb AS lines,
           jsonb_object_agg(l.id, trim_scale(l.qty_delivered)::text)
               FILTER (WHERE l.qty_delivered <> 0) AS delivered,
           sum(l.qty_delivered * l.price_subtotal / nullif(l.product_uom_qty, 0))
               FILTER (WHERE l.qty_delivered <> 0) AS value,
           sum(l.product_uom_qty * l.purchase_price) AS cost
      FROM sale_order_line l
     WHERE l.display_type IS NULL AND $lines
     GROUP BY l.order_id
), orders_rate AS (
    SELECT o.*, c.currency_id AS company_currency_id,
           coalesce(nullif(o.currency_rate, 0), 1) AS rate, coalesce(cal.tz, 'UTC') AS tz
      FROM sale_order o
      JOIN res_company c ON c.id = o.company_id
      LEFT JOIN resource_calendar cal ON cal.id = c.resource_calendar_id
     WHERE $entries
), orders_now AS (
    SELECT o.id, o.company_id, o.state, p.commercial_partner_id AS customer_id,
           o.date_order AT TIME ZONE 'UTC' AS effective_at,
           jsonb_strip_nulls(jsonb_build_object(
               'number', o.name,
               'day', (o.date_order AT TIME ZONE 'UTC' AT TIME ZONE o.tz)::date,
               'partner_id', o.partner_id,
               'customer_id', p.commercial_partner_id,
               'invoice_partner_id', o.partner_invoice_id,
               'invoice_customer_id', ip.commercial_partner_id,
               'company_currency', cc.name,
               'currency', oc.name,
               'rate', trim_scale(o.rate)::text,
               'untaxed', trim_scale(round(o.amount_untaxed / o.rate,
                          cc.decimal_places))::text,
               'tax', trim_scale(round(o.amount_tax / o.rate, cc.decimal_places))::text,
               'total', trim_scale(round(o.amount_total / o.rate,
                        cc.decimal_places))::text,
               'untaxed_currency', trim_scale(o.amount_untaxed)::text,
               'total_currency', trim_scale(o.amount_total)::text,
               'pricelist_id', o.pricelist_id,
               'payment_term_id', o.payment_term_id,
               'user_id', o.user_id,
               'lines', coalesce(ol.lines, '[]'::jsonb))) AS payload,
           CASE WHEN ol.cost IS NULL THEN NULL ELSE jsonb_build_object('cost',
               trim_scale(round(ol.cost / o.rate, cc.decimal_places))::text)
           END AS confidential,
           coalesce(ol.delivered, '{}'::jsonb) AS delivered,
           $delivered_at AT TIME ZONE 'UTC' AS delivered_at,
           jsonb_build_object(
               'value', trim_scale(round(coalesce(ol.value, 0) / o.rate,
                        cc.decimal_places))::text,
               'customer_id', p.commercial_partner_id,
               'company_currency', cc.name,
               'delivered', coalesce(ol.delivered, '{}'::jsonb)) AS delivery,
           o.tz
      FROM orders_rate o
      JOIN res_partner p ON p.id = o.partner_id
      JOIN res_partner ip ON ip.id = o.partner_invoice_id
      JOIN res_currency cc ON cc.id = o.company_currency_id
      JOIN res_currency oc ON oc.id = o.currency_id
      LEFT JOIN orders_line ol ON ol.order_id = o.id
)
