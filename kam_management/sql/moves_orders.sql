-- Who ordered what an invoice is for, and what it cost. $lines narrows
-- account_move_line AS l.
SELECT l.move_id, min(o.partner_id) AS partner_id,
       sum(l.quantity * ol.purchase_price / coalesce(nullif(o.currency_rate, 0), 1)
           * CASE WHEN l.product_uom_id = ol.product_uom_id THEN 1
             ELSE coalesce((SELECT lu.factor / nullif(ou.factor, 0)
                              FROM uom_uom lu, uom_uom ou
                             WHERE lu.id = l.product_uom_id
                               AND ou.id = ol.product_uom_id), 1) END) AS cost
  FROM account_move_line l
  JOIN sale_order_line_invoice_rel r ON r.invoice_line_id = l.id
  JOIN sale_order_line ol ON ol.id = r.order_line_id
  JOIN sale_order o ON o.id = ol.order_id
 WHERE $lines
 GROUP BY l.move_id
