-- Who did something, as a value that code may decide on. `actor` keeps its text for people:
-- `operator:ada`, `job:expire_holds`.

-- Without NOT NULL, because processes of the previous release may still run while this is applied, and
-- they write no kind. `readActor` in lib/orders/actor.ts reads such a row by the same rule as below.
ALTER TABLE order_event ADD COLUMN actor_kind text
  CONSTRAINT order_event_actor_kind_check CHECK (actor_kind IN ('shopper', 'operator', 'provider', 'job'));
ALTER TABLE refund ADD COLUMN actor_kind text
  CONSTRAINT refund_actor_kind_check CHECK (actor_kind IN ('shopper', 'operator', 'provider', 'job'));

-- Changes of orders wait for the end of this transaction. A million events take about ten seconds on a small machine.
UPDATE order_event SET actor_kind = CASE split_part(actor, ':', 1)
  WHEN 'shopper' THEN 'shopper' WHEN 'provider' THEN 'provider' WHEN 'job' THEN 'job' ELSE 'operator' END;
UPDATE refund SET actor_kind = CASE split_part(actor, ':', 1)
  WHEN 'shopper' THEN 'shopper' WHEN 'provider' THEN 'provider' WHEN 'job' THEN 'job' ELSE 'operator' END;
