-- Limits on unpaid orders (docs/decisions/0014): every unpaid order ends its hold on the stock, and
-- the order writer counts, in the order's own transaction, what is unpaid already.

-- Who an unpaid order is counted for, besides its shopper: 64 bits of a hash of the email address and
-- of a keyed hash of the client's network. NULL for orders made before, and where the address of the
-- client is not known.
ALTER TABLE orders ADD COLUMN email_hash bigint;
ALTER TABLE orders ADD COLUMN network_hash bigint;
-- Items of the order: a sum that is counted without reading its lines.
ALTER TABLE orders ADD COLUMN unit_count integer NOT NULL DEFAULT 0 CHECK (unit_count >= 0);

-- Only unpaid orders have a hold, so these indexes stay as small as what is unpaid.
CREATE INDEX orders_unpaid_email_idx ON orders (email_hash) WHERE hold_until IS NOT NULL;
CREATE INDEX orders_unpaid_network_idx ON orders (network_hash) WHERE hold_until IS NOT NULL;

-- Invoice orders had no end. Those that exist keep their stock for two more weeks.
UPDATE orders SET hold_until = now() + interval '14 days' WHERE status = 'placed' AND hold_until IS NULL;
UPDATE orders SET unit_count = (
  SELECT coalesce(sum(quantity), 0) FROM order_line
  WHERE order_line.user_id = orders.user_id AND order_line.order_id = orders.id
) WHERE hold_until IS NOT NULL;

DROP FUNCTION lock_order_batch(uuid[], uuid[]);

-- What the order writer reads and locks of a batch, in one round trip. Each statement of the
-- function sees what was committed before that statement began: unpaid orders are counted after the
-- wait for their counters' locks, lines are read after the wait for their carts' locks, and stock
-- after the wait for its own.
--
-- The pairs of users and carts must not repeat. Locks are taken in one order everywhere: counters by
-- key, carts by key, stock by sku. Two batches wait for each other and never deadlock.
--
-- A line is read only where its variant is priced in the cart's currency: a price in another currency
-- is not a price of this cart.
--
-- The defaults let processes of the release before call it while they are replaced.
CREATE FUNCTION lock_order_batch(users uuid[], carts uuid[], emails bigint[] DEFAULT '{}',
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
