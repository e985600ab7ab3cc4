-- Unpaid orders are found by a table of their own. `orders` is partitioned by shopper, so a look-up by
-- email address or network visited an index of every partition: 41 of an order's 215 microseconds in
-- the database.

-- Every order that waits for money has an end, and no other order has a hold. Nothing but a constraint
-- keeps a change of the future from leaving stock held for good. Processes older than 0005_unpaid_orders
-- place invoices without an end; the database refuses those from here on.
UPDATE orders SET hold_until = now() + interval '15 minutes'
WHERE hold_until IS NULL AND status NOT IN ('paid', 'fulfilled', 'cancelled', 'refunded');
UPDATE orders SET hold_until = NULL
WHERE hold_until IS NOT NULL AND status IN ('paid', 'fulfilled', 'cancelled', 'refunded');
ALTER TABLE orders ADD CONSTRAINT orders_hold_check
  CHECK ((hold_until IS NULL) = (status IN ('paid', 'fulfilled', 'cancelled', 'refunded')));

-- Which orders are unpaid: a row for each order that has a hold and an email hash. Written and deleted
-- in the statement that sets or ends the hold. Processes of the release before, while they are replaced,
-- know nothing of it: the job expire_holds adds the rows of their orders and deletes those that their
-- cancels leave (lib/orders/recount-unpaid.ts), within a minute.
-- The table is neither partitioned nor a shopper's, because it is read
-- across shoppers; without a foreign key, whose checks on a partitioned table would cost more than the
-- look-ups.
CREATE TABLE unpaid_order (
  email_hash   bigint NOT NULL,
  order_id     uuid NOT NULL,
  user_id      uuid NOT NULL,
  network_hash bigint,
  PRIMARY KEY (email_hash, order_id)
);
CREATE INDEX unpaid_order_network_idx ON unpaid_order (network_hash) WHERE network_hash IS NOT NULL;

INSERT INTO unpaid_order (email_hash, order_id, user_id, network_hash)
SELECT email_hash, id, user_id, network_hash FROM orders
WHERE hold_until IS NOT NULL AND email_hash IS NOT NULL;

DROP INDEX orders_unpaid_email_idx;
DROP INDEX orders_unpaid_network_idx;

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
CREATE OR REPLACE FUNCTION lock_order_batch(users uuid[], carts uuid[], emails bigint[] DEFAULT '{}',
                                 networks bigint[] DEFAULT '{}') RETURNS text
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  locked_carts json;
  -- Shoppers who have ordered something: nobody else can have left anything unpaid.
  returning_users uuid[];
  cart_lines   json;
  skus         text[];
  locked_stock json;
  unpaid       json;
BEGIN
  -- One batch at a time counts for an email address or a network, or two would not see each other.
  PERFORM pg_advisory_xact_lock(key)
  FROM (SELECT DISTINCT key FROM unnest(emails || networks) AS key ORDER BY key) AS counters;

  SELECT json_agg(json_build_object('userId', user_id, 'id', id, 'version', version, 'status', status,
                                    'currency', currency,
                                    'orderedLately', last_order_at > now() - interval '10 minutes')),
         array_agg(DISTINCT user_id) FILTER (WHERE last_order_at IS NOT NULL)
  INTO locked_carts, returning_users
  FROM (
    SELECT cart.user_id, cart.id, cart.version, cart.status, cart.currency,
           (SELECT max(other.updated_at) FROM cart other
            WHERE other.user_id = cart.user_id AND other.status = 'ordered') AS last_order_at
    FROM cart
    JOIN unnest(users, carts) AS wanted (user_id, id)
      ON wanted.user_id = cart.user_id AND wanted.id = cart.id
    ORDER BY cart.user_id, cart.id
    FOR UPDATE OF cart
  ) AS locked;

  -- Most shoppers have left nothing unpaid, and then no partition of `orders` is opened.
  IF returning_users IS NOT NULL
     OR EXISTS (SELECT FROM unpaid_order WHERE email_hash = ANY (emails))
     OR EXISTS (SELECT FROM unpaid_order WHERE network_hash = ANY (networks)) THEN
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
        SELECT 'shopper' AS scope, user_id::text AS key, user_id, id FROM orders
        WHERE user_id = ANY (returning_users) AND hold_until IS NOT NULL
        UNION ALL
        SELECT 'email', email_hash::text, user_id, order_id
        FROM unpaid_order WHERE email_hash = ANY (emails)
        UNION ALL
        SELECT 'network', network_hash::text, user_id, order_id
        FROM unpaid_order WHERE network_hash = ANY (networks)
      ) AS open
      JOIN orders USING (user_id, id)
      WHERE hold_until IS NOT NULL
      GROUP BY scope, key
    ) AS counted;
  END IF;

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
