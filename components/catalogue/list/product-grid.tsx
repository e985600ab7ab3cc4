import { ProductCard } from '#components/catalogue/list/product-card.tsx';
import type { ProductSummary } from '#lib/catalogue/schema.ts';

interface ProductGridProps {
  products: ProductSummary[];
  headingLevel?: 'h2' | 'h3' | undefined;
  /** Whether the grid begins on the first screen. Then its first pictures, one row, are not lazy. */
  first?: boolean;
}

const columns = 3;

export function ProductGrid({ products, headingLevel, first }: ProductGridProps) {
  return (
    <ul className="grid grid-cols-2 gap-x-4 gap-y-8 sm:gap-x-6 sm:gap-y-12 md:grid-cols-3">
      {products.map((product, index) => (
        <li key={product.slug}>
          <ProductCard
            product={product}
            headingLevel={headingLevel}
            eager={first === true && index < columns}
          />
        </li>
      ))}
    </ul>
  );
}
