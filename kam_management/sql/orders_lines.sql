-- The lines of orders, as JSON. $lines narrows sale_order_line AS l.
SELECT l.order_id,
       string_agg(concat('[', l.id, ', ', coalesce(l.product_id::text, 'null'),
           ', ', coalesce(l.product_uom_id::text, 'null'),
           ', "', trim_scale(l.product_uom_qty), '", "', trim_scale(l.price_unit),
           '", ', coalesce('"' || trim_scale(l.discount) || '"', 'null'),
           ', ', coalesce('"' || trim_scale(l.price_subtotal) || '"', 'null'),
           ']'), ', ' ORDER BY l.id) AS lines,
       string_agg('"' || l.id || '": "' || trim_scale(l.qty_delivered) || '"',
           ', ') FILTER (WHERE l.qty_delivered <> 0) AS delivered,
       sum(l.qty_delivered * l.price_subtotal / nullif(l.product_uom_qty, 0))
           FILTER (WHERE l.qty_delivered <> 0) AS value,
       sum(l.product_uom_qty * l.purchase_price) AS cost
  FROM sale_order_line l
 WHERE l.display_type IS NULL AND $lines
 GROUP BY l.order_id
