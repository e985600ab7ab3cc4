-- The stock ledger (docs/decisions/0032): every change of `stock.available` is a row, and `available` is the
-- sum of its rows. Orders write rows, and a trigger adds them to `available`. A statement that changes `available`
-- itself (an import, an owner in psql, a process of the release before while it is replaced) writes a row by
-- another trigger. So no code has to remember to write both.

CREATE TABLE stock_movement (
  sku        text NOT NULL,
  -- The order's id for the movements of an order. One id for all items that a statement has changed.
  id         uuid NOT NULL DEFAULT gen_random_uuid(),
  -- An order takes its units in odd turns and gives them back in even ones (lib/stock/move-stock.ts). Each turn
  -- exists once, so an order can't give back twice, nor take twice, whatever the code does. 0: not an order's.
  turn       smallint NOT NULL DEFAULT 0,
  -- Units that came (positive) or went.
  delta      integer NOT NULL CHECK (delta <> 0),
  -- order: units that an order holds or has sold. cancellation: an order that ended gave them back. return:
  -- goods came back. correction: counted anew. import: first stock of an item, or a delivery.
  reason     text NOT NULL CHECK (reason IN ('order', 'cancellation', 'return', 'correction', 'import')),
  -- Without foreign keys, whose checks on a partitioned table would cost more than the row.
  user_id    uuid,
  order_id   uuid,
  -- Who corrected, and why. Orders have their own events for that. A correction without a note has no
  -- explanation, and reconciliation asks for one.
  note       text CHECK (note <> ''),
  -- Not now(): an import may take minutes, and its rows would be older than those of orders before it.
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (sku, id, turn),
  CONSTRAINT stock_movement_turn_check CHECK (CASE reason
    WHEN 'order' THEN turn % 2 = 1 AND delta < 0
    WHEN 'cancellation' THEN turn > 0 AND turn % 2 = 0 AND delta > 0
    ELSE turn = 0 END),
  CONSTRAINT stock_movement_order_check CHECK (turn = 0
    OR (user_id IS NOT NULL AND order_id IS NOT NULL AND id = order_id))
);

-- Orders wait from here on, so that the ledger begins with the stock as it is. What earlier orders hold is not
-- in it: reading all of them would keep orders waiting for minutes in a shop with many.
LOCK TABLE stock IN SHARE ROW EXCLUSIVE MODE;
INSERT INTO stock_movement (sku, delta, reason, note)
SELECT sku, available, 'import', 'the stock when the ledger began' FROM stock WHERE available <> 0;

-- The triggers below would call each other. A function notes its depth in `once.keeping_books` while it writes,
-- and the triggers of statements at that depth do nothing. (Not any depth above zero: an import may run in a
-- trigger of its own, also in one that the shop's own change fires.) An error resets it with the transaction.

-- A row in the ledger changes the stock.
CREATE FUNCTION move_stock() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  skus   text[];
  deltas integer[];
  moved  integer;
  before text := coalesce(current_setting('once.keeping_books', true), '');
  ours   text;
BEGIN
  SELECT array_agg(sku), array_agg(delta) INTO skus, deltas
  FROM (SELECT sku, sum(delta)::integer AS delta FROM became GROUP BY sku) AS sums;
  -- In sku order, as orders lock them: a delivery of many items must not deadlock with a batch.
  PERFORM FROM stock WHERE sku = ANY (skus) ORDER BY sku FOR UPDATE;
  -- An assignment needs no query, unlike PERFORM.
  ours := set_config('once.keeping_books', pg_trigger_depth()::text, true);
  UPDATE stock SET available = available + change.delta
  FROM unnest(skus, deltas) AS change (sku, delta) WHERE stock.sku = change.sku;
  GET DIAGNOSTICS moved = ROW_COUNT;
  ours := set_config('once.keeping_books', before, true);
  IF moved < cardinality(skus) THEN
    RAISE foreign_key_violation USING MESSAGE = 'stock moves of an item that has no row in stock',
      TABLE = 'stock_movement';
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER move_stock AFTER INSERT ON stock_movement REFERENCING NEW TABLE AS became FOR EACH STATEMENT
  WHEN (current_setting('once.keeping_books', true) IS DISTINCT FROM pg_trigger_depth()::text)
  EXECUTE FUNCTION move_stock();

-- A change of the stock itself becomes a row in the ledger. `SET once.stock_note` gives it a note.
CREATE FUNCTION note_stock_movement() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  before text := coalesce(current_setting('once.keeping_books', true), '');
  change uuid := gen_random_uuid();
  why    text := nullif(current_setting('once.stock_note', true), '');
BEGIN
  PERFORM set_config('once.keeping_books', pg_trigger_depth()::text, true);
  IF TG_OP = 'INSERT' THEN
    INSERT INTO stock_movement (sku, id, delta, reason, note)
    SELECT sku, change, available, 'import', why FROM became WHERE available <> 0;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO stock_movement (sku, id, delta, reason, note)
    SELECT sku, change, -available, 'correction', why FROM was WHERE available <> 0;
  ELSIF TG_OP = 'TRUNCATE' THEN
    INSERT INTO stock_movement (sku, id, delta, reason, note)
    SELECT sku, change, -available, 'correction', why FROM stock WHERE available <> 0;
  ELSE
    -- By sku, because an update may rename an item.
    INSERT INTO stock_movement (sku, id, delta, reason, note)
    SELECT sku, change, sum(units)::integer, 'correction', why
    FROM (SELECT sku, available AS units FROM became UNION ALL SELECT sku, -available FROM was) AS units_of
    GROUP BY sku HAVING sum(units) <> 0;
  END IF;
  PERFORM set_config('once.keeping_books', before, true);
  RETURN NULL;
END
$$;
DO $$
DECLARE
  unless_ours text := $when$WHEN (current_setting('once.keeping_books', true) IS DISTINCT FROM pg_trigger_depth()::text)
    EXECUTE FUNCTION note_stock_movement()$when$;
BEGIN
  EXECUTE 'CREATE TRIGGER note_movement_insert AFTER INSERT ON stock REFERENCING NEW TABLE AS became
    FOR EACH STATEMENT ' || unless_ours;
  EXECUTE 'CREATE TRIGGER note_movement_update AFTER UPDATE ON stock
    REFERENCING OLD TABLE AS was NEW TABLE AS became FOR EACH STATEMENT ' || unless_ours;
  EXECUTE 'CREATE TRIGGER note_movement_delete AFTER DELETE ON stock REFERENCING OLD TABLE AS was
    FOR EACH STATEMENT ' || unless_ours;
  EXECUTE 'CREATE TRIGGER note_movement_truncate BEFORE TRUNCATE ON stock FOR EACH STATEMENT ' || unless_ours;
END
$$;

-- A ledger is only added to. A mistake gets a row that corrects it.
CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE restrict_violation USING MESSAGE = 'the stock ledger is only added to: insert a correction instead';
END
$$;
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON stock_movement
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();
