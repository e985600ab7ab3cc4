import { ProductCard } from '#components/catalogue/product-card.tsx';
import type { ProductSummary } from '#lib/catalogue/schema.ts';

export function ProductGrid({
  products,
  headingLevel,
}: {
  products: ProductSummary[];
  headingLevel?: 'h2' | 'h3';
}) {
  return (
    <ul className="grid grid-cols-2 gap-x-4 gap-y-8 sm:gap-x-6 sm:gap-y-12 md:grid-cols-3 lg:grid-cols-4">
      {products.map((product) => (
        <li key={product.slug}>
          <ProductCard product={product} headingLevel={headingLevel} />
        </li>
      ))}
    </ul>
  );
}
