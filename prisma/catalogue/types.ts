export interface VariantSeed {
  sku: string;
  /** Distinguishes it from the other variants. Empty when there is only one. */
  title: string;
  priceMinor: number;
  /** The initial stock. Orders reduce it, and the seed never resets it. */
  stock: number;
  /** Its colour, `#rrggbb`. */
  swatch?: string;
  /** Its own picture, by its name in scripts/pictures/drawings.ts. Without one it has that of the product. */
  picture?: string;
}

export interface ProductSeed {
  /** Part of its address and the name of its picture. Never change it once published. */
  slug: string;
  title: string;
  description: string;
  /** Material, size, care, origin. */
  details: string[];
  /** The date it was added to the shop. */
  addedOn: string;
  /** In what its variants differ: Colour, Size. */
  option?: string;
  variants: VariantSeed[];
}

export interface CategorySeed {
  slug: string;
  title: string;
  description: string;
  products: ProductSeed[];
}
