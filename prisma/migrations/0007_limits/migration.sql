-- Limits and retention (docs/decisions/0016): what bounds the provider calls of one order, the
-- emails to one address, and how much is kept.

-- When a shopper's return from their bank last had the provider asked about this attempt. However
-- often the address is opened, the provider is asked once in a while. NULL until the first return.
ALTER TABLE payment ADD COLUMN asked_at timestamptz(3);

-- suppressed: too many emails about unpaid orders went to this address. The email was not sent; it
-- stays readable for the operator.
ALTER TABLE mail DROP CONSTRAINT mail_status_check;
ALTER TABLE mail ADD CONSTRAINT mail_status_check
  CHECK (status IN ('queued', 'sent', 'kept', 'refused', 'suppressed'));

-- Whether the email is about an order that was not paid when it was written, so that anybody could
-- have it sent to any address: only these are limited, and only these count.
ALTER TABLE mail ADD COLUMN unpaid boolean NOT NULL DEFAULT false;

-- One mailbox, whatever its capital letters and whatever stands behind a "+": the address that
-- emails are counted by. Immutable, so that an index can use it.
CREATE FUNCTION mailbox_of(address text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN lower(regexp_replace(address, '\+[^@]*@', '@'));

-- Finds the emails about unpaid orders that went to one mailbox in the last hour and day.
CREATE INDEX mail_unpaid_idx ON mail (mailbox_of(recipient), created_at) WHERE unpaid;

-- Finds open carts by age, for the job that deletes those that nobody touches. By when they were
-- made and not by when they were touched, so that an edit of a cart changes no index.
CREATE INDEX cart_open_by_age_idx ON cart (created_at) WHERE status = 'open';

-- Finds events and deliveries by age, for the same job.
CREATE INDEX payment_event_by_age_idx ON payment_event (received_at);
CREATE INDEX webhook_delivery_by_age_idx ON webhook_delivery (created_at);
