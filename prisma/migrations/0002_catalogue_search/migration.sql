-- Lists that stay quick with thousands of products: each sort walks an index of its key and
-- the product's id, and a search reads one column that is ready for it.

-- What a search compares: lower case, no accents, no ligatures or full-width forms, so that
-- "cafe" finds "Café". In the database because both sides of the comparison need the same one.
CREATE FUNCTION search_fold(raw text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN lower(regexp_replace(normalize(raw, NFKD), '[\u0300-\u036f]', '', 'g'));

ALTER TABLE product ADD COLUMN search_text text NOT NULL
  GENERATED ALWAYS AS (search_fold(title || ' ' || description || ' ' || category_slug)) STORED;

CREATE INDEX product_featured_idx ON product (position, id);
CREATE INDEX product_newest_idx ON product (created_at, id);
CREATE INDEX product_title_idx ON product (lower(title), id);
-- A product's price in a list is its cheapest variant's.
CREATE INDEX variant_price_idx ON variant (price_minor, product_id);
