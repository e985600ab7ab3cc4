import type { Metadata } from 'next';
import { PageTags } from '#app/page-tags.tsx';
import { shareMetadata } from '#app/share-picture.ts';
import { HomeHero } from '#components/catalogue/home/home-hero.tsx';
import { OrderingPromises } from '#components/catalogue/home/ordering-promises.tsx';
import { ProductGrid } from '#components/catalogue/list/product-grid.tsx';
import { Container } from '#components/ui/container.tsx';
import { listCategories } from '#lib/catalogue/list-categories.ts';
import { listProducts } from '#lib/catalogue/list-products.ts';
import type { ProductSort, ProductSummary } from '#lib/catalogue/schema.ts';
import { categoryTag, productTag } from '#lib/catalogue/tags.ts';

// At most a minute old: an order checks prices and stock again.
export const revalidate = 60;

/** The number of products in each of the two lists. */
const listed = 6;

export const metadata: Metadata = shareMetadata({
  title: 'Once: things to buy once and keep',
  description: 'Durable everyday things, made to be used daily and repaired when they wear.',
});

export default async function HomePage() {
  const featured = await productsBy('featured', new Set());
  // No product appears twice.
  const shown = new Set(featured.map(({ slug }) => slug));
  const [newest, categories] = await Promise.all([productsBy('newest', shown), listCategories()]);
  const tags = [
    // Featured are the first of all categories.
    ...categories.map(({ slug }) => categoryTag(slug)),
    ...[...featured, ...newest].map(({ slug }) => productTag(slug)),
  ];
  return (
    <>
      <PageTags tags={tags} />
      <HomeHero />
      <ProductSection id="featured" title="To begin with" products={featured} />
      {/* Between the lists, so that the second one is further down and its pictures load later. */}
      <OrderingPromises />
      <ProductSection id="newest" title="New on the shelves" products={newest} />
    </>
  );
}

/** The first products of a sort, except the slugs in `without`. */
async function productsBy(sort: ProductSort, without: Set<string>): Promise<ProductSummary[]> {
  const { products } = await listProducts({ sort, limit: listed + without.size });
  return products.filter(({ slug }) => !without.has(slug)).slice(0, listed);
}

function ProductSection({ id, title, products }: { id: string; title: string; products: ProductSummary[] }) {
  if (products.length === 0) return null;
  return (
    <Container className="mt-12 sm:mt-20">
      <section aria-labelledby={id}>
        <h2 id={id} className="mb-6 scroll-mt-6 text-2xl">
          {title}
        </h2>
        <ProductGrid products={products} />
      </section>
    </Container>
  );
}
