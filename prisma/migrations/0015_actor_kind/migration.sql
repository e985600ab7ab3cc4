-- Who did something, as a value that code may decide on. `actor` keeps its text for people:
-- `operator:ada`, `job:expire_holds`.

-- Without NOT NULL, for the rows that exist and for processes of the previous release, which write no kind
-- while this is applied. `readActor` in lib/orders/actor.ts reads the kind of such a row from its text. The
-- rows are not filled in here: the tables are locked until the end, and orders would wait for every row.
-- First refund and then order_event, which is the order in which the shop writes them. The other order could
-- deadlock with a refund.
ALTER TABLE refund ADD COLUMN actor_kind text
  CONSTRAINT refund_actor_kind_check CHECK (actor_kind IN ('shopper', 'operator', 'provider', 'job'));
ALTER TABLE order_event ADD COLUMN actor_kind text
  CONSTRAINT order_event_actor_kind_check CHECK (actor_kind IN ('shopper', 'operator', 'provider', 'job'));
