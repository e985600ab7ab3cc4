-- What changed in the catalogue, as the cache tags of the pages that show it (docs/decisions/0023). Every
-- serving process reads new rows once a second and renders these pages again. Triggers write the rows, so
-- that a change by SQL or by an import is seen as well as one by the shop's own code.

CREATE TABLE catalogue_change (
  id         bigserial PRIMARY KEY,
  -- product:<slug>: what a page shows of it. category:<slug>: which products it has, and their order.
  -- catalogue: every page.
  tag        text NOT NULL,
  -- The transaction. Ids are not committed in their order, so a reader asks for all rows of transactions
  -- that could still be open when it last looked. A bigint, because Prisma doesn't know xid8.
  xid        bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
  -- Not now(): an import may take minutes, and a server that starts reads by this time.
  changed_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX catalogue_change_xid_idx ON catalogue_change (xid);
CREATE INDEX catalogue_change_changed_at_idx ON catalogue_change (changed_at);

-- The functions run with the rights of their owner and find these tables by this migration's search path:
-- an import may have another path, and rights to the catalogue's tables only.

CREATE FUNCTION add_catalogue_changes(tags text[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
  INSERT INTO catalogue_change (tag)
  SELECT DISTINCT tag FROM unnest(
    -- After an import, one tag for all pages costs less than a tag for each product.
    CASE WHEN cardinality(tags) > 200 THEN ARRAY['catalogue'] ELSE tags END) AS tag
$$;

-- The tags of products that look different and of the categories that list them.
CREATE FUNCTION tags_of(slugs text[], categories text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE AS $$
  SELECT array_agg(DISTINCT tag) FROM (
    SELECT 'product:' || slug AS tag FROM unnest(slugs) AS slug
    UNION ALL SELECT 'category:' || category FROM unnest(categories) AS category) AS tags
$$;

-- Each statement on a table calls its function once, also when it changes no row. `was` and `became` are the
-- rows before and after; a row that is in both is as it was.

CREATE FUNCTION note_category() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  is_changed boolean;
BEGIN
  IF TG_OP = 'INSERT' THEN
    is_changed := EXISTS (TABLE became);
  ELSIF TG_OP = 'DELETE' THEN
    is_changed := EXISTS (TABLE was);
  ELSE
    is_changed := EXISTS (TABLE became EXCEPT TABLE was);
  END IF;
  -- The menu of every page lists the categories.
  IF is_changed THEN PERFORM add_catalogue_changes(ARRAY['catalogue']); END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION note_product() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  slugs      text[];
  categories text[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(slug), array_agg(category_slug) INTO slugs, categories FROM became;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(slug), array_agg(category_slug) INTO slugs, categories FROM was;
  ELSE
    SELECT array_agg(slug), array_agg(category_slug) INTO slugs, categories
    FROM ((TABLE was EXCEPT TABLE became) UNION ALL (TABLE became EXCEPT TABLE was)) AS changed;
  END IF;
  PERFORM add_catalogue_changes(tags_of(slugs, categories));
  RETURN NULL;
END
$$;

CREATE FUNCTION note_variant() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  products uuid[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(product_id) INTO products FROM became;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(product_id) INTO products FROM was;
  ELSE
    SELECT array_agg(product_id) INTO products
    FROM ((TABLE was EXCEPT TABLE became) UNION ALL (TABLE became EXCEPT TABLE was)) AS changed;
  END IF;
  PERFORM add_catalogue_changes(tags_of(array_agg(slug), array_agg(category_slug)))
  FROM product WHERE id = ANY (products);
  RETURN NULL;
END
$$;

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['category', 'product', 'variant'] LOOP
    EXECUTE format('CREATE TRIGGER note_insert AFTER INSERT ON %I REFERENCING NEW TABLE AS became
                    FOR EACH STATEMENT EXECUTE FUNCTION %I()', name, 'note_' || name);
    EXECUTE format('CREATE TRIGGER note_update AFTER UPDATE ON %I REFERENCING OLD TABLE AS was NEW TABLE AS became
                    FOR EACH STATEMENT EXECUTE FUNCTION %I()', name, 'note_' || name);
    EXECUTE format('CREATE TRIGGER note_delete AFTER DELETE ON %I REFERENCING OLD TABLE AS was
                    FOR EACH STATEMENT EXECUTE FUNCTION %I()', name, 'note_' || name);
  END LOOP;
END
$$;

CREATE FUNCTION add_stock_changes(skus text[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
  SELECT add_catalogue_changes(array_agg('product:' || product.slug))
  FROM variant JOIN product ON product.id = variant.product_id
  WHERE variant.sku = ANY (skus)
$$;

CREATE FUNCTION note_stock() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM add_stock_changes(array_agg(sku)) FROM became WHERE available > 0;
  ELSE
    PERFORM add_stock_changes(array_agg(sku)) FROM was WHERE available > 0;
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER note_insert AFTER INSERT ON stock REFERENCING NEW TABLE AS became
  FOR EACH STATEMENT EXECUTE FUNCTION note_stock();
CREATE TRIGGER note_delete AFTER DELETE ON stock REFERENCING OLD TABLE AS was
  FOR EACH STATEMENT EXECUTE FUNCTION note_stock();

-- Orders update stock, so only a row that becomes sold out, or is available again, calls a function. The
-- condition costs every other row some microseconds, and a call about 40.
CREATE FUNCTION note_sold_out() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  PERFORM add_stock_changes(ARRAY[NEW.sku]);
  RETURN NULL;
END
$$;
CREATE TRIGGER note_update AFTER UPDATE ON stock FOR EACH ROW
  WHEN ((OLD.available > 0) IS DISTINCT FROM (NEW.available > 0)) EXECUTE FUNCTION note_sold_out();
