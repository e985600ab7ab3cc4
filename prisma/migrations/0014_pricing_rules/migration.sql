-- Shipping prices, countries and tax rates are rows of tables that an owner changes, instead of constants in
-- the code (docs/decisions/0022). The values of this migration are those that the code had.

CREATE TABLE shipping_zone (
  -- A group of countries that share their shipping prices.
  id text PRIMARY KEY CHECK (id <> '')
);

-- A country to which the shop ships. Forms and messages list countries in the order of their names.
CREATE TABLE country (
  -- ISO 3166-1 alpha-2, as in the address of an order.
  code text PRIMARY KEY CHECK (code ~ '^[A-Z]{2}$'),
  name text NOT NULL CHECK (name <> ''),
  -- A country is in one zone, so its shipping has one price.
  zone text NOT NULL REFERENCES shipping_zone (id)
);

CREATE TABLE shipping_method (
  id       text PRIMARY KEY CHECK (id <> ''),
  -- A name and, after a comma, how long it takes: "Standard, 3–5 working days".
  label    text NOT NULL CHECK (label <> ''),
  -- The first method that a country offers is preselected there.
  position integer NOT NULL
);

-- The price of a method in a zone. A method without a row for a zone is not offered there.
CREATE TABLE shipping_rate (
  zone            text NOT NULL REFERENCES shipping_zone (id),
  method          text NOT NULL REFERENCES shipping_method (id),
  -- Minor units of the shop's currency: never negative, never a float.
  price_minor     integer NOT NULL CHECK (price_minor >= 0),
  -- Shipping is free from this subtotal. NULL: it is never free.
  free_from_minor integer CHECK (free_from_minor >= 0),
  -- A method has one price in a zone.
  PRIMARY KEY (zone, method)
);

-- The tax on items and shipping. The shop does not ship to a country without a row, so that no order is
-- untaxed by mistake: a country without tax has a row with 0.
CREATE TABLE tax_rate (
  -- A country has one rate.
  country      text PRIMARY KEY REFERENCES country (code),
  -- 1/100 of a percent, between nothing and the whole price: 1900 is 19 %.
  basis_points integer NOT NULL CHECK (basis_points BETWEEN 0 AND 10000)
);

-- The settings of the shop as a whole.
CREATE TABLE shop (
  -- The currency of every product and shipping price.
  currency     text PRIMARY KEY CHECK (currency ~ '^[A-Z]{3}$'),
  -- Preselected at the checkout; pages name its shipping prices.
  home_country text NOT NULL REFERENCES country (code)
);
-- There is one shop, so its currency is never ambiguous.
CREATE UNIQUE INDEX shop_one_row ON shop ((true));

-- The version of all the rows above. The order writer compares it with the version of the rules in its
-- memory, so that no order has a price by old rules.
CREATE TABLE pricing_version (
  version bigint PRIMARY KEY
);
-- There is one version, so that two processes never compare different rows.
CREATE UNIQUE INDEX pricing_version_one_row ON pricing_version ((true));

INSERT INTO shipping_zone (id) VALUES ('domestic'), ('abroad');

INSERT INTO country (code, name, zone) VALUES
  ('AU', 'Australia', 'abroad'),
  ('AT', 'Austria', 'abroad'),
  ('BE', 'Belgium', 'abroad'),
  ('CA', 'Canada', 'abroad'),
  ('CN', 'China', 'abroad'),
  ('DK', 'Denmark', 'abroad'),
  ('FR', 'France', 'abroad'),
  ('DE', 'Germany', 'abroad'),
  ('HK', 'Hong Kong', 'abroad'),
  ('IE', 'Ireland', 'abroad'),
  ('IT', 'Italy', 'abroad'),
  ('JP', 'Japan', 'abroad'),
  ('NL', 'Netherlands', 'abroad'),
  ('NZ', 'New Zealand', 'abroad'),
  ('SG', 'Singapore', 'abroad'),
  ('ES', 'Spain', 'abroad'),
  ('SE', 'Sweden', 'abroad'),
  ('CH', 'Switzerland', 'abroad'),
  ('GB', 'United Kingdom', 'abroad'),
  ('US', 'United States', 'domestic');

INSERT INTO shipping_method (id, label, position) VALUES
  ('standard', 'Standard, 3–5 working days', 1),
  ('express', 'Express, 1–2 working days', 2);

INSERT INTO shipping_rate (zone, method, price_minor, free_from_minor) VALUES
  ('domestic', 'standard', 499, 7500),
  ('domestic', 'express', 1299, NULL),
  ('abroad', 'standard', 1499, NULL),
  ('abroad', 'express', 3499, NULL);

-- The standard rates of VAT or GST. None in the United States, where the shop has no nexus, and in Hong Kong.
INSERT INTO tax_rate (country, basis_points) VALUES
  ('AU', 1000), ('AT', 2000), ('BE', 2100), ('CA', 500), ('CN', 1300),
  ('DK', 2500), ('FR', 2000), ('DE', 1900), ('HK', 0), ('IE', 2300),
  ('IT', 2200), ('JP', 1000), ('NL', 2100), ('NZ', 1500), ('SG', 900),
  ('ES', 2100), ('SE', 2500), ('CH', 810), ('GB', 2000), ('US', 0);

INSERT INTO shop (currency, home_country) VALUES ('USD', 'US');

INSERT INTO pricing_version (version) VALUES (1);

-- Every change of a rule makes a new version, in the transaction of the change: rules and version become
-- visible together. The lock on the row puts concurrent changes in order. An owner's session may have another
-- search path, so the function has that of this migration.
CREATE FUNCTION count_pricing_change() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  -- Microseconds since 1970 as a lower limit: after a restore that lost a change, the next change must not get
  -- the number of the lost one, by which a running process may remember other rules.
  UPDATE pricing_version
  SET version = greatest(version + 1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
  RETURN NULL;
END
$$;

DO $$
DECLARE
  ruled text;
BEGIN
  FOREACH ruled IN ARRAY ARRAY['shipping_zone', 'country', 'shipping_method', 'shipping_rate', 'tax_rate', 'shop'] LOOP
    EXECUTE format('CREATE TRIGGER count_pricing_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %I
                    FOR EACH STATEMENT EXECUTE FUNCTION count_pricing_change()', ruled);
  END LOOP;
END
$$;

-- A price in another currency has never been for sale: carts are in dollars. Such a price has to become one
-- in dollars before the constraint below can hold, and only the owner knows which.
DO $$
DECLARE
  foreign_skus text;
BEGIN
  SELECT string_agg(sku, ', ' ORDER BY sku) INTO foreign_skus
  FROM (SELECT sku FROM variant WHERE currency <> 'USD' ORDER BY sku LIMIT 20) AS listed;
  IF foreign_skus IS NOT NULL THEN
    RAISE EXCEPTION 'these variants have a price in another currency than USD: %. Set their prices in USD or delete them, then migrate again', foreign_skus;
  END IF;
END
$$;

-- Every product is priced in the shop's currency, so a variant of another currency gets into no cart and no
-- order. An owner who changes the currency sets it and all prices in one transaction, in any order: see
-- docs/owner.md. Checked when the catalogue changes, so an order pays nothing for it.
ALTER TABLE variant ADD CONSTRAINT variant_currency_fkey
  FOREIGN KEY (currency) REFERENCES shop (currency) DEFERRABLE;

-- What the order writer reads and locks of a batch, in one round trip. Each statement of the
-- function sees what was committed before that statement began: unpaid orders are counted after the
-- wait for their counters' locks, lines are read after the wait for their carts' locks, and stock
-- after the wait for its own. The version of the pricing rules is read last.
--
-- The pairs of users and carts must not repeat. Locks are taken in one order everywhere: counters by
-- key, carts by key, stock by sku. Two batches wait for each other and never deadlock.
--
-- A line has its own currency. `decide` refuses a cart with a line of another currency. Before, such a line
-- was left out here, and an order without it was possible when its price was 0.
--
-- The defaults let processes of the release before call it while they are replaced. They ignore the
-- version and the currency of a line; with the constraint above, every line is in the shop's currency.
CREATE OR REPLACE FUNCTION lock_order_batch(users uuid[], carts uuid[], emails bigint[] DEFAULT '{}',
                                 networks bigint[] DEFAULT '{}') RETURNS text
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  locked_carts json;
  -- Shoppers who have ordered something: no other shopper of the batch has an unpaid order.
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
                                    'unitPriceMinor', price_minor, 'currency', currency) ORDER BY added_at, sku),
         array_agg(DISTINCT sku)
  INTO cart_lines, skus
  FROM (
    SELECT line.user_id, line.cart_id, line.sku, line.quantity, line.added_at, variant.price_minor,
           variant.currency, line_title(product.title, variant.title) AS title
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
                           'stock', coalesce(locked_stock, '{}'), 'unpaid', coalesce(unpaid, '[]'),
                           'rulesVersion', (SELECT version FROM pricing_version));
END
$$;
