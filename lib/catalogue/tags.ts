/** The cache tags of pages. The triggers of `0016_catalogue_changes` write the same names. */

/** Carried by every page: the menu lists the categories. */
export const catalogueTag = 'catalogue';

/** Carried by pages that show this product: title, price, picture, whether it is sold out. */
export const productTag = (slug: string) => `product:${slug}`;

/** Carried by pages that list products of this category: which ones, and in which order. */
export const categoryTag = (slug: string) => `category:${slug}`;
