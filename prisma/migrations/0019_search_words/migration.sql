-- What a search needs to tell a whole word from a part of another one: the words of a text, with one space
-- around each. Stored, because computing them for every product that a search finds took most of the time of a search.

CREATE FUNCTION search_words(raw text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN ' ' || regexp_replace(search_fold(raw), '[^[:alnum:]]+', ' ', 'g') || ' ';

ALTER TABLE product
  ADD COLUMN title_words text NOT NULL GENERATED ALWAYS AS (search_words(title)) STORED,
  ADD COLUMN text_words text NOT NULL
    GENERATED ALWAYS AS (search_words(title || ' ' || description || ' ' || category_slug)) STORED;
