-- A line's title: the product's, and the variant's where the product comes in more than one.
CREATE FUNCTION line_title(product_title text, variant_title text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
  SELECT product_title || CASE WHEN variant_title = '' THEN '' ELSE ', ' || variant_title END
$$;

-- What the order writer reads and locks of a batch, in one round trip. Each statement of the
-- function sees what was committed before that statement began: the lines are read after the wait
-- for their carts' locks, and the stock after the wait for its own.
--
-- The pairs of users and carts must not repeat. Locks are taken in one order everywhere, carts by key and then stock by sku, so that two batches
-- wait for each other and never deadlock.
CREATE FUNCTION lock_order_batch(users uuid[], carts uuid[]) RETURNS text
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  locked_carts json;
  cart_lines   json;
  skus         text[];
  locked_stock json;
BEGIN
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
    JOIN variant ON variant.sku = line.sku
    JOIN product ON product.id = variant.product_id
  ) AS line;

  SELECT json_object_agg(sku, available)
  INTO locked_stock
  FROM (SELECT sku, available FROM stock WHERE sku = ANY (skus) ORDER BY sku FOR UPDATE) AS locked;

  RETURN json_build_object('carts', coalesce(locked_carts, '[]'), 'lines', coalesce(cart_lines, '[]'),
                           'stock', coalesce(locked_stock, '{}'));
END
$$;

-- A shopper's orders are few and stand together under the primary key: sorting them when they are
-- listed costs less than one more index at every order.
DROP INDEX orders_newest_idx;
