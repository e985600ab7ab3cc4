-- The provider is the ledger (docs/decisions/0015): what it holds, gave back and is arguing about
-- is mirrored here, and nothing is called refunded before the provider has agreed.

-- A method that takes days: the bank has been asked, and neither yes nor no has come.
ALTER TABLE orders DROP CONSTRAINT orders_status_check;
ALTER TABLE orders ADD CONSTRAINT orders_status_check CHECK (status IN ('placed', 'payment_pending',
  'payment_processing', 'payment_unknown', 'payment_declined', 'paid', 'fulfilled', 'cancelled', 'refunded'));

-- How an order ended, as a value that code may decide on: an actor's name is for people.
ALTER TABLE orders ADD COLUMN ended_by text;
-- When it left the house: a refund that fails later makes the order fulfilled again, or cancelled.
ALTER TABLE orders ADD COLUMN fulfilled_at timestamptz(3);
-- Which attempt paid the order. Its money is the order's; that of any other attempt came too late.
ALTER TABLE orders ADD COLUMN paid_attempt integer;

UPDATE orders SET ended_by = coalesce((
    SELECT CASE WHEN actor = 'shopper' THEN 'shopper' WHEN actor = 'job:expire_holds' THEN 'hold'
                WHEN actor = 'provider' THEN 'provider' ELSE 'operator' END
    FROM order_event event
    WHERE event.user_id = orders.user_id AND event.order_id = orders.id
      AND to_status IN ('cancelled', 'refunded') AND from_status IS DISTINCT FROM to_status
    ORDER BY version DESC LIMIT 1), 'operator')
WHERE status IN ('cancelled', 'refunded');
UPDATE orders SET fulfilled_at = (
    SELECT max(at) FROM order_event event
    WHERE event.user_id = orders.user_id AND event.order_id = orders.id AND to_status = 'fulfilled')
WHERE status IN ('fulfilled', 'refunded');
UPDATE orders SET paid_attempt = (
    SELECT max(attempt) FROM payment
    WHERE payment.user_id = orders.user_id AND payment.order_id = orders.id AND method = 'card'
      AND payment.status IN ('authorized', 'succeeded', 'refunded'))
WHERE status IN ('paid', 'fulfilled', 'refunded');

-- Only these: the value decides whether a charge that comes late may take its stock again. Nothing
-- more is asked for, because processes of the version before may still run while this is applied.
ALTER TABLE orders ADD CONSTRAINT orders_ended_by_check CHECK (ended_by IN ('shopper', 'hold', 'operator', 'provider'));

-- What happened to an order: its status changed, or something that left the status what it was.
ALTER TABLE order_event ADD COLUMN kind text NOT NULL DEFAULT 'status';
ALTER TABLE order_event ADD COLUMN amount_minor integer;
UPDATE order_event SET kind = 'refunded', amount_minor = (
    SELECT sum(refund.amount_minor)::int FROM refund
    WHERE refund.user_id = order_event.user_id AND refund.order_id = order_event.order_id
      AND refund.created_at = order_event.at)
WHERE from_status = to_status;
ALTER TABLE order_event ADD CONSTRAINT order_event_kind_check CHECK (kind IN ('status', 'refund_requested',
  'refunded', 'refund_failed', 'dispute_opened', 'dispute_closed'));

-- processing: the bank takes its time. returning: the money is to go back whole, and the provider
-- has not confirmed that it has.
ALTER TABLE payment DROP CONSTRAINT payment_status_check;
ALTER TABLE payment ADD CONSTRAINT payment_status_check CHECK (status IN ('due', 'created', 'requires_action',
  'processing', 'unknown', 'authorized', 'succeeded', 'returning', 'declined', 'voided', 'refunded'));
-- Promise two, as before: money on its way back pays no order, so another attempt may live beside it.
DROP INDEX payment_one_live;
CREATE UNIQUE INDEX payment_one_live ON payment (user_id, order_id)
  WHERE status NOT IN ('declined', 'voided', 'returning', 'refunded');
DROP INDEX payment_unsettled_idx;
CREATE INDEX payment_unsettled_idx ON payment (updated_at)
  WHERE status IN ('created', 'requires_action', 'processing', 'unknown');

-- What the provider took of this attempt, what of it a bank took away again in a dispute that was
-- lost, and the provider's fee where it is known. refunded_minor is what the provider has confirmed.
ALTER TABLE payment ADD COLUMN captured_minor integer NOT NULL DEFAULT 0 CHECK (captured_minor >= 0);
ALTER TABLE payment ADD COLUMN lost_minor integer NOT NULL DEFAULT 0 CHECK (lost_minor >= 0);
ALTER TABLE payment ADD COLUMN fee_minor integer;
UPDATE payment SET captured_minor = amount_minor WHERE method = 'card' AND status IN ('succeeded', 'refunded');

-- Who made a refund: this shop, or somebody at the provider, whose refunds are mirrored here.
ALTER TABLE refund ADD COLUMN origin text NOT NULL DEFAULT 'shop' CHECK (origin IN ('shop', 'provider'));

-- What was counted as refunded when it was asked for is counted when it is confirmed.
UPDATE payment SET refunded_minor = refunded_minor - open.amount,
                   status = CASE WHEN payment.status = 'refunded' THEN 'returning' ELSE payment.status END
FROM (SELECT user_id, order_id, attempt, sum(amount_minor)::int AS amount FROM refund
      WHERE status = 'created' GROUP BY user_id, order_id, attempt) open
WHERE payment.user_id = open.user_id AND payment.order_id = open.order_id AND payment.attempt = open.attempt;
UPDATE orders SET status = CASE WHEN fulfilled_at IS NULL THEN 'cancelled' ELSE 'fulfilled' END,
                  ended_by = CASE WHEN fulfilled_at IS NULL THEN ended_by END
FROM payment
WHERE payment.user_id = orders.user_id AND payment.order_id = orders.id
  AND payment.attempt = orders.paid_attempt AND payment.status <> 'refunded' AND orders.status = 'refunded';

-- What a bank or the provider holds against a charge: a dispute, an early fraud warning, a review.
-- While one is open, nothing leaves the house. Without a foreign key, like what is sent out: written
-- about orders that are never deleted.
CREATE TABLE dispute (
  user_id      uuid NOT NULL,
  order_id     uuid NOT NULL,
  -- The provider's name of it: told twice, it is one row.
  provider_ref text NOT NULL,
  attempt      integer NOT NULL,
  kind         text NOT NULL CHECK (kind IN ('dispute', 'early_fraud_warning', 'review')),
  amount_minor integer NOT NULL CHECK (amount_minor >= 0),
  currency     text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  reason       text NOT NULL,
  status       text NOT NULL CHECK (status IN ('open', 'won', 'lost', 'closed')),
  -- Until when the provider takes evidence.
  due_by       timestamptz(3),
  reminded_at  timestamptz(3),
  created_at   timestamptz(3) NOT NULL DEFAULT now(),
  updated_at   timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, order_id, provider_ref)
);
CREATE INDEX dispute_due_idx ON dispute (due_by) WHERE status = 'open';

-- Money at the provider that no order accounts for: another amount, a second charge of one attempt,
-- an order that is not in this database. Kept until it is adopted or given back.
CREATE TABLE unmatched_charge (
  provider_ref  text PRIMARY KEY,
  -- As the provider kept it with the charge; the order may be none of this database's.
  order_id      uuid NOT NULL,
  attempt       integer NOT NULL,
  user_id       uuid,
  amount_minor  integer NOT NULL CHECK (amount_minor >= 0),
  currency      text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  reason        text NOT NULL CHECK (reason IN ('no_order', 'no_attempt', 'other_amount', 'second_charge')),
  first_seen_at timestamptz(3) NOT NULL DEFAULT now(),
  last_seen_at  timestamptz(3) NOT NULL DEFAULT now(),
  resolved_at   timestamptz(3)
);
-- Asked by every attempt that is about to be charged: is its money there already?
CREATE INDEX unmatched_charge_open_idx ON unmatched_charge (order_id, attempt) WHERE resolved_at IS NULL;

-- Up to when the provider's events have been read. It goes back with the rest in a restored database,
-- so what happened since the backup is read again.
CREATE TABLE event_cursor (
  name       text PRIMARY KEY,
  read_until timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL DEFAULT now()
);
