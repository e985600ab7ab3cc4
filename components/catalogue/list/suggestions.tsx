import { ProductGrid } from '#components/catalogue/list/product-grid.tsx';
import type { ProductSummary } from '#lib/catalogue/schema.ts';

/** Products for a page with nothing to show. */
export function Suggestions({ products }: { products: ProductSummary[] }) {
  if (products.length === 0) return null;
  return (
    <section aria-labelledby="suggestions" className="mt-6">
      <h2 id="suggestions" className="mb-6 text-2xl">
        From our shelves
      </h2>
      <ProductGrid products={products} />
    </section>
  );
}
