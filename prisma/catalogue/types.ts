export interface VariantSeed {
  sku: string;
  /** What tells it from the other variants; empty when there is only one. */
  title: string;
  priceMinor: number;
  /** What the shop opens with. Counted down by orders and never reset by the seed. */
  stock: number;
}

export interface ProductSeed {
  /** Part of its address and the name of its picture: never changed once published. */
  slug: string;
  title: string;
  description: string;
  /** Material, size, care, origin. */
  details: string[];
  /** The day it came into the shop. */
  addedOn: string;
  variants: VariantSeed[];
}

export interface CategorySeed {
  slug: string;
  title: string;
  description: string;
  products: ProductSeed[];
}
