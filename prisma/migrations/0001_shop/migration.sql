-- The whole shop. Two kinds of tables: what is for sale (category, product, variant, stock)
-- and what belongs to a shopper, whose every key begins with user_id so that one shopper's
-- rows live in one place: one partition here, one shard on Citus.

CREATE TABLE category (
  slug        text PRIMARY KEY,
  title       text NOT NULL,
  description text NOT NULL,
  position    integer NOT NULL
);

CREATE TABLE product (
  id            uuid PRIMARY KEY,
  slug          text NOT NULL,
  title         text NOT NULL,
  description   text NOT NULL,
  details       text[] NOT NULL,
  category_slug text NOT NULL REFERENCES category (slug),
  image         text NOT NULL,
  position      integer NOT NULL,
  created_at    timestamptz(3) NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX product_slug_key ON product (slug);
CREATE INDEX product_category_idx ON product (category_slug, position, id);

CREATE TABLE variant (
  sku         text PRIMARY KEY,
  product_id  uuid NOT NULL REFERENCES product (id),
  title       text NOT NULL,
  -- A price is integer minor units of its currency: never negative, never a float.
  price_minor integer NOT NULL CHECK (price_minor >= 0),
  currency    text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  position    integer NOT NULL
);
CREATE INDEX variant_product_idx ON variant (product_id, position);

CREATE TABLE stock (
  sku       text PRIMARY KEY REFERENCES variant (sku),
  -- Promise three: never sell what isn't there. Every sale subtracts in the order's own
  -- transaction, so a sale that would go below zero takes its order down with it.
  available integer NOT NULL CHECK (available >= 0)
);

CREATE TABLE cart (
  user_id    uuid NOT NULL,
  id         uuid NOT NULL,
  -- Counts edits. A submit token is made for one version and dies with it.
  version    integer NOT NULL DEFAULT 1 CHECK (version >= 1),
  status     text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'ordered')),
  currency   text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, id)
);
-- A shopper has one open cart: two tabs that add their first product share it.
CREATE UNIQUE INDEX cart_one_open ON cart (user_id) WHERE status = 'open';

CREATE TABLE cart_line (
  user_id  uuid NOT NULL,
  cart_id  uuid NOT NULL,
  sku      text NOT NULL,
  quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 99),
  added_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, cart_id, sku),
  FOREIGN KEY (user_id, cart_id) REFERENCES cart (user_id, id)
);

CREATE TABLE orders (
  user_id          uuid NOT NULL,
  id               uuid NOT NULL,
  number           text NOT NULL,
  cart_id          uuid NOT NULL,
  submit_token     uuid NOT NULL,
  -- SHA-256 of what was submitted: tells a retry from the same key with another body.
  body_hash        text NOT NULL,
  -- SHA-256 of what was bought: finds the same purchase made twice from two carts.
  lines_hash       text NOT NULL,
  status           text NOT NULL CHECK (status IN ('placed', 'payment_pending', 'payment_unknown',
                     'payment_declined', 'paid', 'fulfilled', 'cancelled', 'refunded')),
  -- Counts changes. Every change names the version it saw, so none overwrites another.
  version          integer NOT NULL DEFAULT 1 CHECK (version >= 1),
  currency         text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  subtotal_minor   integer NOT NULL CHECK (subtotal_minor >= 0),
  shipping_minor   integer NOT NULL CHECK (shipping_minor >= 0),
  tax_minor        integer NOT NULL CHECK (tax_minor >= 0),
  discount_minor   integer NOT NULL CHECK (discount_minor >= 0),
  total_minor      integer NOT NULL,
  email            text NOT NULL,
  shipping_method  text NOT NULL,
  shipping_address jsonb NOT NULL,
  placed_at        timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, id),
  -- The total is the sum that the shopper saw, to the last minor unit.
  CHECK (total_minor = subtotal_minor + shipping_minor + tax_minor - discount_minor AND total_minor >= 0),
  -- Promise one, first half: one submission makes one order, however often it arrives.
  UNIQUE (user_id, submit_token),
  -- Promise one, second half: one cart makes one order, whichever token it is submitted with.
  UNIQUE (user_id, cart_id),
  -- An order is made from a cart of the same shopper.
  FOREIGN KEY (user_id, cart_id) REFERENCES cart (user_id, id)
) PARTITION BY HASH (user_id);
CREATE INDEX orders_newest_idx ON orders (user_id, placed_at DESC, id DESC);

CREATE TABLE order_line (
  user_id          uuid NOT NULL,
  order_id         uuid NOT NULL,
  sku              text NOT NULL,
  -- Title and price are copies: what was bought does not change when the catalogue does.
  title            text NOT NULL,
  quantity         integer NOT NULL CHECK (quantity > 0),
  unit_price_minor integer NOT NULL CHECK (unit_price_minor >= 0),
  PRIMARY KEY (user_id, order_id, sku)
) PARTITION BY HASH (user_id);

CREATE TABLE payment (
  user_id         uuid NOT NULL,
  order_id        uuid NOT NULL,
  attempt         integer NOT NULL CHECK (attempt >= 1),
  method          text NOT NULL CHECK (method IN ('invoice', 'card')),
  status          text NOT NULL CHECK (status IN ('due', 'created', 'unknown', 'declined',
                    'succeeded', 'voided', 'refunded')),
  amount_minor    integer NOT NULL CHECK (amount_minor >= 0),
  currency        text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  -- What the provider is asked with: the same for every try of one attempt.
  idempotency_key text NOT NULL,
  provider_ref    text,
  version         integer NOT NULL DEFAULT 1 CHECK (version >= 1),
  created_at      timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, order_id, attempt)
) PARTITION BY HASH (user_id);
-- Promise two: one live charge per order. A new attempt needs the last one to be over.
CREATE UNIQUE INDEX payment_one_live ON payment (user_id, order_id)
  WHERE status NOT IN ('declined', 'voided', 'refunded');

CREATE TABLE order_event (
  user_id     uuid NOT NULL,
  order_id    uuid NOT NULL,
  -- The order's version after the change: two changes of one version cannot both be recorded.
  version     integer NOT NULL,
  from_status text,
  to_status   text NOT NULL,
  actor       text NOT NULL,
  reason      text NOT NULL,
  at          timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, order_id, version)
) PARTITION BY HASH (user_id);

-- 16 partitions of each, the same hash of the same column, so that an order and all that
-- hangs on it stand in partitions of one number. Lines, payments and events belong to an order
-- of that very partition: a foreign key from partition to partition says so, and is checked by
-- one index look-up, where one that names the parent plans over all 16 for every row (measured:
-- three quarters of what an order cost).
DO $$
DECLARE
  parent text;
  part   integer;
BEGIN
  FOREACH parent IN ARRAY ARRAY['orders', 'order_line', 'payment', 'order_event'] LOOP
    FOR part IN 0..15 LOOP
      EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES WITH (MODULUS 16, REMAINDER %s)',
                     parent || '_p' || lpad(part::text, 2, '0'), parent, part);
      IF parent <> 'orders' THEN
        EXECUTE format('ALTER TABLE %I ADD FOREIGN KEY (user_id, order_id) REFERENCES %I (user_id, id)',
                       parent || '_p' || lpad(part::text, 2, '0'), 'orders_p' || lpad(part::text, 2, '0'));
      END IF;
    END LOOP;
  END LOOP;
END
$$;
