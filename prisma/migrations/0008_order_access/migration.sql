-- An order seen from another browser (docs/decisions/0019): which order a number names, and how many
-- links to an order are sent.

-- Finds the shopper of an order whose number somebody knows: tables of shoppers begin with the shopper.
-- Written by the job that announces an order, so that the order itself costs nothing more. Numbers are
-- random, so two orders may share one: the order's id is a part of the key.
CREATE TABLE order_number (
  number   text NOT NULL,
  user_id  uuid NOT NULL,
  order_id uuid NOT NULL,
  PRIMARY KEY (number, order_id)
);
INSERT INTO order_number (number, user_id, order_id) SELECT number, user_id, id FROM orders;

-- Counts, hour by hour, the requests of a network and the links sent to a recipient and for an order. A
-- row is counted up only below its limit, in the transaction that enqueues the email.
CREATE TABLE order_link_quota (
  -- A hash of what is limited: no address, no network and no order can be read from it.
  subject text NOT NULL,
  hour    timestamptz(3) NOT NULL,
  used    integer NOT NULL CHECK (used > 0),
  PRIMARY KEY (subject, hour)
);
CREATE INDEX order_link_quota_hour_idx ON order_link_quota (hour);
