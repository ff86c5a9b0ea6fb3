-- What sales orders say now. $entries narrows sale_order AS o; $orders_lines is what
-- the file of that name selects, or a table of it; $delivered_at is the moment of the
-- first delivery, where Odoo keeps one; $imported is JSON put into each. How the JSON
-- is made, see moves_now.sql.
SELECT o.id, o.company_id, o.state, p.commercial_partner_id AS customer_id,
       o.date_order AT TIME ZONE 'UTC' AS effective_at,
       concat('{"partner_id": ', o.partner_id,
           ', "number": ' || to_json(o.name),
           ', "day": "' || (o.date_order AT TIME ZONE 'UTC' AT TIME ZONE o.tz)::date
               || '"',
           ', "customer_id": ' || p.commercial_partner_id,
           ', "invoice_partner_id": ', o.partner_invoice_id,
           ', "invoice_customer_id": ' || ip.commercial_partner_id,
           ', "company_currency": ', to_json(cc.name), ', "currency": ', to_json(oc.name),
           ', "rate": "', trim_scale(o.rate), '"',
           ', "untaxed": "' || trim_scale(round(o.amount_untaxed / o.rate,
                               cc.decimal_places)) || '"',
           ', "tax": "' || trim_scale(round(o.amount_tax / o.rate, cc.decimal_places))
               || '"',
           ', "total": "' || trim_scale(round(o.amount_total / o.rate,
                             cc.decimal_places)) || '"',
           ', "untaxed_currency": "' || trim_scale(o.amount_untaxed) || '"',
           ', "total_currency": "' || trim_scale(o.amount_total) || '"',
           ', "pricelist_id": ' || o.pricelist_id,
           ', "payment_term_id": ' || o.payment_term_id,
           ', "user_id": ' || o.user_id,
           ', "lines": [', ol.lines, ']$imported}')::jsonb AS payload,
       ('{"cost": "' || trim_scale(round(ol.cost / o.rate, cc.decimal_places)) || '"}'
           )::jsonb AS confidential,
       concat('{', ol.delivered, '}')::jsonb AS delivered,
       $delivered_at AT TIME ZONE 'UTC' AS delivered_at,
       concat('{"value": "', trim_scale(round(coalesce(ol.value, 0) / o.rate,
                             cc.decimal_places)), '"',
           ', "customer_id": ' || p.commercial_partner_id,
           ', "company_currency": ', to_json(cc.name),
           ', "delivered": {', ol.delivered, '}$imported}')::jsonb AS delivery,
       o.tz
  FROM (SELECT o.*, c.currency_id AS company_currency_id,
               coalesce(nullif(o.currency_rate, 0), 1) AS rate,
               coalesce(cal.tz, 'UTC') AS tz
          FROM sale_order o
          JOIN res_company c ON c.id = o.company_id
          LEFT JOIN resource_calendar cal ON cal.id = c.resource_calendar_id
         WHERE $entries) AS o
  JOIN res_partner p ON p.id = o.partner_id
  JOIN res_partner ip ON ip.id = o.partner_invoice_id
  JOIN res_currency cc ON cc.id = o.company_currency_id
  JOIN res_currency oc ON oc.id = o.currency_id
  LEFT JOIN $orders_lines AS ol ON ol.order_id = o.id
