-- Reconciliation (docs/decisions/0033): the provider's balance as it lists it, and what differs from the shop's rows.

-- Movements of money on the shop's balance at the provider. An entry never changes; a correction is another entry.
CREATE TABLE provider_entry (
  ref              text PRIMARY KEY,
  created_at       timestamptz(3) NOT NULL,
  kind             text NOT NULL CHECK (kind IN ('charge', 'refund', 'refund_failure', 'dispute', 'dispute_reversal',
                                                'payout', 'payout_failure', 'fee', 'other')),
  -- In the currency of the charge. Positive: the account received it.
  amount_minor     bigint NOT NULL,
  currency         text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  -- The same in the currency of the account, before the fee.
  settled_minor    bigint NOT NULL,
  fee_minor        bigint NOT NULL,
  settled_currency text NOT NULL CHECK (settled_currency ~ '^[A-Z]{3}$'),
  -- The refund, dispute or payout.
  source_ref       text,
  charge_ref       text,
  -- The attempt that was charged, from the charge's own metadata. NULL: not by this shop.
  user_id          uuid,
  order_id         uuid,
  attempt          integer,
  -- The shop's id of a refund.
  refund_id        uuid
);
CREATE INDEX provider_entry_charge_idx ON provider_entry (charge_ref) WHERE charge_ref IS NOT NULL;
CREATE INDEX provider_entry_source_idx ON provider_entry (source_ref) WHERE source_ref IS NOT NULL;
CREATE INDEX provider_entry_shopper_idx ON provider_entry (user_id, order_id) WHERE kind = 'charge';
CREATE INDEX provider_entry_foreign_idx ON provider_entry (created_at) WHERE kind = 'charge' AND user_id IS NULL;
CREATE INDEX provider_entry_day_idx ON provider_entry (created_at);

-- A fact that is told differently by two of: orders, payments, the provider, the stock, its ledger, the mail.
CREATE TABLE discrepancy (
  id            uuid PRIMARY KEY,
  kind          text NOT NULL,
  -- What it is about: an order, a charge, an item.
  subject       text NOT NULL,
  -- accepted: a person has explained it. It opens again when what is told changes.
  state         text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'accepted', 'resolved')),
  version       integer NOT NULL DEFAULT 1,
  user_id       uuid,
  order_id      uuid,
  provider_ref  text,
  ours          jsonb,
  theirs        jsonb,
  first_seen_at timestamptz(3) NOT NULL DEFAULT now(),
  last_seen_at  timestamptz(3) NOT NULL DEFAULT now(),
  -- One row for a fact, however often and by however many runs it is found.
  CONSTRAINT discrepancy_one_per_fact UNIQUE (kind, subject)
);
CREATE INDEX discrepancy_open_idx ON discrepancy (first_seen_at) WHERE state = 'open';
CREATE INDEX discrepancy_order_idx ON discrepancy (order_id) WHERE order_id IS NOT NULL;

-- A run. It can be continued by another process from its step and position.
CREATE TABLE reconciliation (
  id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  from_at      timestamptz(3) NOT NULL,
  to_at        timestamptz(3) NOT NULL,
  repairs      boolean NOT NULL,
  -- Whether it compares all orders, or only those of its range.
  is_whole     boolean NOT NULL,
  step         text NOT NULL CHECK (step IN ('list', 'orders', 'stock', 'days', 'confirm', 'repair', 'done')),
  -- Within the step: the last entry that was listed, the next part of the shoppers, the last item or month.
  position     text,
  parts        integer NOT NULL,
  -- From when on the provider is listed, by its clock.
  list_from    timestamptz(3),
  orders       integer NOT NULL DEFAULT 0,
  payments     integer NOT NULL DEFAULT 0,
  refunds      integer NOT NULL DEFAULT 0,
  charges      integer NOT NULL DEFAULT 0,
  skus         integer NOT NULL DEFAULT 0,
  started_at   timestamptz(3) NOT NULL DEFAULT now(),
  -- Until then it belongs to the process that has this token.
  leased_until timestamptz(3) NOT NULL DEFAULT now(),
  lease        uuid,
  finished_at  timestamptz(3)
);
CREATE UNIQUE INDEX reconciliation_one_at_a_time ON reconciliation ((true)) WHERE finished_at IS NULL;

-- What a run has seen differ, until it looks a second time.
CREATE TABLE reconciliation_suspect (
  run_id       uuid NOT NULL REFERENCES reconciliation ON DELETE CASCADE,
  kind         text NOT NULL,
  subject      text NOT NULL,
  user_id      uuid,
  order_id     uuid,
  provider_ref text,
  PRIMARY KEY (run_id, kind, subject)
);

CREATE TABLE discrepancy_event (
  discrepancy_id uuid NOT NULL REFERENCES discrepancy,
  version        integer NOT NULL,
  what           text NOT NULL CHECK (what IN ('found', 'changed', 'resolved', 'repaired', 'accepted')),
  actor          text NOT NULL,
  actor_kind     text NOT NULL CHECK (actor_kind IN ('operator', 'job')),
  note           text,
  run_id         uuid,
  at             timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (discrepancy_id, version)
);
CREATE INDEX discrepancy_event_run_idx ON discrepancy_event (run_id) WHERE run_id IS NOT NULL;

-- Rows of a day, for its figures. They are written in the order of time, so a block range says where to look.
CREATE INDEX orders_placed_brin ON orders USING brin (placed_at);
CREATE INDEX payment_created_brin ON payment USING brin (created_at);

-- Corrections of the stock without an explanation.
CREATE INDEX stock_movement_unexplained_idx ON stock_movement (created_at) WHERE reason = 'correction' AND note IS NULL;

-- Writes what the stock differs from its ledger into the ledger, when both were changed without their triggers. The
-- stock stays as it is, because it is what orders take from.
CREATE FUNCTION book_stock_difference(item text, why text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  before     text := coalesce(current_setting('once.keeping_books', true), '');
  difference integer;
BEGIN
  PERFORM FROM stock WHERE sku = item FOR UPDATE;
  SELECT coalesce((SELECT available FROM stock WHERE sku = item), 0)
       - coalesce((SELECT sum(delta) FROM stock_movement WHERE sku = item), 0) INTO difference;
  IF difference <> 0 THEN
    PERFORM set_config('once.keeping_books', pg_trigger_depth()::text, true);
    INSERT INTO stock_movement (sku, delta, reason, note) VALUES (item, difference, 'correction', why);
    PERFORM set_config('once.keeping_books', before, true);
  END IF;
  RETURN difference;
END
$$;

-- The figures of a day as a person signed them. Closing a day again adds a version.
CREATE TABLE day_close (
  day            date NOT NULL,
  currency       text NOT NULL,
  method         text NOT NULL CHECK (method IN ('card', 'invoice')),
  version        integer NOT NULL,
  orders         integer NOT NULL,
  order_minor    bigint NOT NULL,
  charged_minor  bigint NOT NULL,
  refunded_minor bigint NOT NULL,
  disputed_minor bigint NOT NULL,
  fee_minor      bigint NOT NULL,
  net_minor      bigint NOT NULL,
  paid_out_minor bigint NOT NULL,
  difference_minor bigint NOT NULL,
  signed_by      text NOT NULL CHECK (signed_by <> ''),
  note           text,
  signed_at      timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (day, currency, method, version)
);
