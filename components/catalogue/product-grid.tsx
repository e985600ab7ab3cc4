import { ProductCard } from '#components/catalogue/product-card.tsx';
import type { ProductSummary } from '#lib/catalogue/schema.ts';

/** How many pictures of a list are seen at once before scrolling, on the wider screens. */
const firstScreenful = 4;

export function ProductGrid({
  products,
  headingLevel,
  eager,
}: {
  products: ProductSummary[];
  headingLevel?: 'h2' | 'h3';
  /** Whether the grid's first row is at the top of its page. */
  eager?: boolean;
}) {
  return (
    <ul className="grid grid-cols-2 gap-x-4 gap-y-8 sm:gap-x-6 sm:gap-y-12 md:grid-cols-3 lg:grid-cols-4">
      {products.map((product, index) => (
        <li key={product.slug}>
          <ProductCard
            product={product}
            headingLevel={headingLevel}
            eager={eager && index < firstScreenful}
          />
        </li>
      ))}
    </ul>
  );
}
