-- What shoppers choose by: the name of the choice (Colour, Size), and a picture and a colour of each variant.

ALTER TABLE product ADD COLUMN option_name text NOT NULL DEFAULT '';

-- Without a picture of its own, a variant has that of its product.
ALTER TABLE variant
  ADD COLUMN image text,
  ADD COLUMN swatch text CONSTRAINT variant_swatch_check CHECK (swatch ~ '^#[0-9a-f]{6}$');
