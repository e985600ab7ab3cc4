-- What a search compares, the same in every database. lower() follows the database's collation: a Turkish
-- one makes a dotless i of I, so that "icon" did not find "ICON", and C leaves capitals alone that are
-- not ASCII.
DO $$
DECLARE
  -- From PostgreSQL 17 on there is a collation that lower-cases all of Unicode alike everywhere. Before
  -- it, at least the ASCII letters do not follow the database.
  lowered CONSTANT text := CASE
    WHEN EXISTS (SELECT FROM pg_collation WHERE collname = 'pg_c_utf8' AND collnamespace = 'pg_catalog'::regnamespace)
      THEN 'lower(%s COLLATE pg_catalog.pg_c_utf8)'
    ELSE 'lower(translate(%s, ''ABCDEFGHIJKLMNOPQRSTUVWXYZ'', ''abcdefghijklmnopqrstuvwxyz''))'
  END;
BEGIN
  EXECUTE 'CREATE OR REPLACE FUNCTION search_fold(raw text) RETURNS text
             LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN '
    || format(lowered, $fold$regexp_replace(normalize(raw, NFKD), '[\u0300-\u036f]', '', 'g')$fold$);
END
$$;

-- A stored column keeps what the old function made of it, until its row is written.
UPDATE product SET title = title
WHERE search_text IS DISTINCT FROM search_fold(title || ' ' || description || ' ' || category_slug);
