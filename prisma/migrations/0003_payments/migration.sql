-- Card payments (docs/decisions/0010): what an attempt needs so that anybody can go on with it
-- after a crash, refunds, holds, and what is sent out about an order.

-- When the shop first said "accepted" to the order's submission: with the order for an invoice,
-- with the first charge that was not refused for a card. Until then a replay is answered 402;
-- from then on it is 201 for ever, whatever becomes of the payment.
ALTER TABLE orders ADD COLUMN accepted_at timestamptz(3);
UPDATE orders SET accepted_at = placed_at;

-- Until when an unpaid order keeps its stock. NULL once it is paid, cancelled or on invoice.
ALTER TABLE orders ADD COLUMN hold_until timestamptz(3);
CREATE INDEX orders_hold_idx ON orders (hold_until) WHERE hold_until IS NOT NULL;

-- What the attempt is charged with: the provider's name of a payment method, never a card number.
-- Kept so that a job can ask with the same key and the same words as the request that died.
ALTER TABLE payment ADD COLUMN token text;
ALTER TABLE payment ADD COLUMN decline_code text;
-- Where the shopper confirms with their bank (3-D Secure), while the status is requires_action.
ALTER TABLE payment ADD COLUMN action_url text;
ALTER TABLE payment ADD COLUMN refunded_minor integer NOT NULL DEFAULT 0;
-- Nothing is given back twice: every refund counts here in the transaction that records it.
ALTER TABLE payment ADD CONSTRAINT payment_refund_check CHECK (refunded_minor BETWEEN 0 AND amount_minor);
ALTER TABLE payment ADD COLUMN updated_at timestamptz(3) NOT NULL DEFAULT now();
ALTER TABLE payment DROP CONSTRAINT payment_status_check;
ALTER TABLE payment ADD CONSTRAINT payment_status_check CHECK (status IN ('due', 'created',
  'requires_action', 'unknown', 'authorized', 'succeeded', 'declined', 'voided', 'refunded'));
ALTER TABLE payment ADD CONSTRAINT payment_token_check CHECK (method <> 'card' OR token IS NOT NULL);
-- What the sweep looks for: attempts whose end nobody has written down yet.
CREATE INDEX payment_unsettled_idx ON payment (updated_at)
  WHERE status IN ('created', 'requires_action', 'unknown');

CREATE TABLE refund (
  user_id         uuid NOT NULL,
  order_id        uuid NOT NULL,
  -- Chosen by whoever asks: the same id again is the same refund.
  id              uuid NOT NULL,
  attempt         integer NOT NULL,
  amount_minor    integer NOT NULL CHECK (amount_minor > 0),
  currency        text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  status          text NOT NULL CHECK (status IN ('created', 'succeeded', 'failed')),
  actor           text NOT NULL,
  reason          text NOT NULL,
  idempotency_key text NOT NULL,
  provider_ref    text,
  version         integer NOT NULL DEFAULT 1 CHECK (version >= 1),
  created_at      timestamptz(3) NOT NULL DEFAULT now(),
  updated_at      timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, order_id, id)
) PARTITION BY HASH (user_id);
CREATE INDEX refund_unsettled_idx ON refund (updated_at) WHERE status = 'created';

DO $$
BEGIN
  FOR part IN 0..15 LOOP
    EXECUTE format('CREATE TABLE %I PARTITION OF refund FOR VALUES WITH (MODULUS 16, REMAINDER %s)',
                   'refund_p' || lpad(part::text, 2, '0'), part);
    EXECUTE format('ALTER TABLE %I ADD FOREIGN KEY (user_id, order_id, attempt) REFERENCES %I (user_id, order_id, attempt)',
                   'refund_p' || lpad(part::text, 2, '0'), 'payment_p' || lpad(part::text, 2, '0'));
  END LOOP;
END
$$;

-- The provider's events, each applied once: its id is the key.
CREATE TABLE payment_event (
  id          text PRIMARY KEY,
  type        text NOT NULL,
  payment_ref text NOT NULL,
  received_at timestamptz(3) NOT NULL DEFAULT now(),
  applied_at  timestamptz(3)
);

-- What is sent out about an order. One row for one version of an order and one kind, so that an
-- announcement that runs twice makes nothing twice. Without a foreign key: written by jobs about
-- orders that were committed before, and orders are never deleted.
CREATE TABLE mail (
  user_id    uuid NOT NULL,
  order_id   uuid NOT NULL,
  version    integer NOT NULL,
  kind       text NOT NULL,
  recipient  text NOT NULL,
  subject    text NOT NULL,
  body       text NOT NULL,
  -- kept: there is no mail server; the mail can be read in the local mailbox.
  -- refused: the mail server says that this will never be delivered.
  status     text NOT NULL CHECK (status IN ('queued', 'sent', 'kept', 'refused')),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  sent_at    timestamptz(3),
  PRIMARY KEY (user_id, order_id, version, kind)
);
CREATE INDEX mail_newest_idx ON mail (created_at DESC);

CREATE TABLE webhook_delivery (
  user_id      uuid NOT NULL,
  order_id     uuid NOT NULL,
  version      integer NOT NULL,
  url          text NOT NULL,
  -- What the receiver knows a repeated delivery by.
  message_id   text NOT NULL,
  status       text NOT NULL CHECK (status IN ('queued', 'delivered')),
  created_at   timestamptz(3) NOT NULL DEFAULT now(),
  delivered_at timestamptz(3),
  PRIMARY KEY (user_id, order_id, version)
);
