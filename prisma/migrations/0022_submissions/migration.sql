-- What became of each request that submitted a checkout or an attempt to pay (docs/decisions/0034). Read by
-- `npm run order -- proof`. Processes write it once a second, after their answers: no order waits for it, and
-- none fails because of it. So it proves nothing by its absence, and no code decides anything by it.
--
-- Without foreign keys and partitions: rows are only added, and deleted when they are old.
CREATE TABLE submission (
  user_id    uuid NOT NULL,
  -- Made by the process, so that a row whose write is repeated exists once.
  id         uuid NOT NULL,
  -- When the request arrived, by the clock of the database.
  at         timestamptz(3) NOT NULL,
  request_id text NOT NULL,
  -- The beginning of the submit token's SHA-256: tells tokens apart without being one. Null for an attempt to pay.
  token_hash text,
  cart_id    uuid,
  -- The order that the answer names.
  order_id   uuid,
  -- The attempt to pay an existing order. Null for a checkout.
  attempt    integer,
  layer      text NOT NULL CHECK (layer IN ('gateway', 'single_flight', 'redis', 'database', 'order_writer',
               'attempt_writer', 'unique_key')),
  outcome    text NOT NULL,
  status     integer NOT NULL,
  -- This request made the order or the attempt.
  made       boolean NOT NULL,
  took_ms    integer NOT NULL CHECK (took_ms >= 0),
  -- An IPv4 /24 or an IPv6 /32, so that a row has no address. With user_id, a row is pseudonymous: it is about
  -- one shopper, whom other tables name.
  network    text,
  -- Host name and process id.
  process    text NOT NULL,
  -- More than one where equal requests of a flood share a row.
  copies     integer NOT NULL CHECK (copies >= 1),
  PRIMARY KEY (user_id, id),
  CHECK (cart_id IS NOT NULL OR order_id IS NOT NULL)
);
-- Old rows are deleted by their age.
CREATE INDEX submission_at_idx ON submission (at);
