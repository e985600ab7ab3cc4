-- Every row of the ledger that is not an order's needs a note, and reconciliation asks for one that is missing. The
-- first stock of an item explains itself, so the trigger writes that note. Then a delivery or a return without a note
-- was written by a person or a program that forgot it. Those from before this migration are not reported.

CREATE OR REPLACE FUNCTION note_stock_movement() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  before text := coalesce(current_setting('once.keeping_books', true), '');
  change uuid := gen_random_uuid();
  why    text := nullif(current_setting('once.stock_note', true), '');
BEGIN
  PERFORM set_config('once.keeping_books', pg_trigger_depth()::text, true);
  IF TG_OP = 'INSERT' THEN
    INSERT INTO stock_movement (sku, id, delta, reason, note)
    SELECT sku, change, available, 'import', coalesce(why, 'the first stock of the item') FROM became WHERE available <> 0;
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

-- Deliveries and returns without an explanation.
CREATE INDEX stock_movement_unnoted_idx ON stock_movement (created_at)
  WHERE reason IN ('import', 'return') AND note IS NULL;
