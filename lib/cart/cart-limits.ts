/** The limits of a cart. Without a schema, so that pages can use them: a browser must not load zod. */

/** The largest quantity of one line; the database has the same limit as a CHECK. */
export const maxLineQuantity = 99;

/** The most lines a cart may have, so that an order's rows are few enough to write in batches. */
export const maxCartLines = 50;
