-- A card is limited by unpaid card orders alone: the batch also counts how many items those hold.
-- Invoices kept a card from paying, also those that a stranger had placed from the same network.
--
-- The function is that of 0005_unpaid_orders with `card_units` added. Processes of the release before
-- do not read it.
CREATE OR REPLACE FUNCTION lock_order_batch(users uuid[], carts uuid[], emails bigint[] DEFAULT '{}',
                                 networks bigint[] DEFAULT '{}') RETURNS text
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  locked_carts json;
  cart_lines   json;
  skus         text[];
  locked_stock json;
  unpaid       json;
BEGIN
  -- One batch at a time counts for an email address or a network, or two would not see each other.
  PERFORM pg_advisory_xact_lock(key)
  FROM (SELECT DISTINCT key FROM unnest(emails || networks) AS key ORDER BY key) AS counters;

  SELECT json_agg(json_build_object('userId', user_id, 'id', id, 'version', version, 'status', status,
                                    'currency', currency, 'orderedLately', ordered_lately))
  INTO locked_carts
  FROM (
    SELECT cart.user_id, cart.id, cart.version, cart.status, cart.currency,
           EXISTS (SELECT 1 FROM cart other
                   WHERE other.user_id = cart.user_id AND other.status = 'ordered'
                     AND other.updated_at > now() - interval '10 minutes') AS ordered_lately
    FROM cart
    JOIN unnest(users, carts) AS wanted (user_id, id)
      ON wanted.user_id = cart.user_id AND wanted.id = cart.id
    ORDER BY cart.user_id, cart.id
    FOR UPDATE OF cart
  ) AS locked;

  -- A card order that is being charged right now is not left unpaid yet: only its items count.
  SELECT json_agg(json_build_object('scope', scope, 'key', key, 'invoices', invoices, 'cards', cards,
                                    'units', units, 'cardUnits', card_units,
                                    'invoicedMinor', invoiced_minor))
  INTO unpaid
  FROM (
    SELECT scope, key, count(*) FILTER (WHERE status = 'placed') AS invoices,
           count(*) FILTER (WHERE status = 'payment_declined'
             OR status <> 'placed' AND placed_at < now() - interval '1 minute') AS cards,
           sum(unit_count) AS units,
           coalesce(sum(unit_count) FILTER (WHERE status <> 'placed'), 0) AS card_units,
           coalesce(sum(total_minor) FILTER (WHERE status = 'placed'), 0) AS invoiced_minor
    FROM (
      SELECT 'shopper' AS scope, orders.user_id::text AS key, status, placed_at, unit_count, total_minor
      FROM (SELECT DISTINCT user_id FROM unnest(users) AS user_id) AS wanted
      JOIN orders ON orders.user_id = wanted.user_id
      WHERE hold_until IS NOT NULL
      UNION ALL
      SELECT 'email', email_hash::text, status, placed_at, unit_count, total_minor
      FROM orders WHERE hold_until IS NOT NULL AND email_hash = ANY (emails)
      UNION ALL
      SELECT 'network', network_hash::text, status, placed_at, unit_count, total_minor
      FROM orders WHERE hold_until IS NOT NULL AND network_hash = ANY (networks)
    ) AS open
    GROUP BY scope, key
  ) AS counted;

  SELECT json_agg(json_build_object('userId', user_id, 'cartId', cart_id, 'sku', sku, 'title', title, 'quantity', quantity,
                                    'unitPriceMinor', price_minor) ORDER BY added_at, sku),
         array_agg(DISTINCT sku)
  INTO cart_lines, skus
  FROM (
    SELECT line.user_id, line.cart_id, line.sku, line.quantity, line.added_at, variant.price_minor,
           line_title(product.title, variant.title) AS title
    FROM unnest(users, carts) AS wanted (user_id, cart_id)
    JOIN cart_line line ON line.user_id = wanted.user_id AND line.cart_id = wanted.cart_id
    JOIN cart ON cart.user_id = line.user_id AND cart.id = line.cart_id AND cart.status = 'open'
    JOIN variant ON variant.sku = line.sku AND variant.currency = cart.currency
    JOIN product ON product.id = variant.product_id
  ) AS line;

  SELECT json_object_agg(sku, available)
  INTO locked_stock
  FROM (SELECT sku, available FROM stock WHERE sku = ANY (skus) ORDER BY sku FOR UPDATE) AS locked;

  RETURN json_build_object('carts', coalesce(locked_carts, '[]'), 'lines', coalesce(cart_lines, '[]'),
                           'stock', coalesce(locked_stock, '{}'), 'unpaid', coalesce(unpaid, '[]'));
END
$$;
