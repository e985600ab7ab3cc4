-- A product that leaves the shop leaves the carts it is in. The shopper is told its name, so the
-- cart keeps that name with the line: by then the catalogue no longer has it.
ALTER TABLE cart_line ADD COLUMN title text NOT NULL DEFAULT '';

UPDATE cart_line SET title = line_title(product.title, variant.title)
FROM variant JOIN product ON product.id = variant.product_id
WHERE variant.sku = cart_line.sku;

-- What was removed from a cart and has not been told to its shopper yet. Telling deletes the row.
CREATE TABLE cart_removal (
  user_id    uuid NOT NULL,
  cart_id    uuid NOT NULL,
  sku        text NOT NULL,
  title      text NOT NULL,
  removed_at timestamptz(3) NOT NULL DEFAULT now(),
  -- A line is removed once, whichever of two requests finds it gone.
  PRIMARY KEY (user_id, cart_id, sku),
  -- A cart that is deleted has nothing left to tell.
  FOREIGN KEY (user_id, cart_id) REFERENCES cart (user_id, id) ON DELETE CASCADE
);
