import { HomeHero, type ShelfItem } from '#components/catalogue/home-hero.tsx';
import { OrderingPromises } from '#components/catalogue/ordering-promises.tsx';
import { ProductGrid } from '#components/catalogue/product-grid.tsx';
import { Container } from '#components/ui/container.tsx';
import { listCategories } from '#lib/catalogue/list-categories.ts';
import { listProducts } from '#lib/catalogue/list-products.ts';
import type { ProductSort, ProductSummary } from '#lib/catalogue/schema.ts';

// A minute old at most: prices and stock are checked again when an order is placed.
export const revalidate = 60;

export default async function HomePage() {
  const [shelf, featured, newest] = await Promise.all([
    oneOfEachCategory(),
    productsBy('featured', 8),
    productsBy('newest', 4),
  ]);
  return (
    <>
      <HomeHero shelf={shelf} />
      <ProductSection id="featured" title="To begin with" products={featured} />
      <ProductSection id="newest" title="New on the shelves" products={newest} />
      <OrderingPromises />
    </>
  );
}

/** Each category with the first thing on its shelf; an empty one is left out. */
async function oneOfEachCategory(): Promise<ShelfItem[]> {
  const categories = await listCategories();
  const items = await Promise.all(
    categories.map(async ({ slug, title }) => {
      const [first] = (await listProducts({ category: slug, limit: 1 })).products;
      return first ? [{ slug, title, image: first.image }] : [];
    }),
  );
  return items.flat();
}

const productsBy = async (sort: ProductSort, limit: number) => (await listProducts({ sort, limit })).products;

function ProductSection({ id, title, products }: { id: string; title: string; products: ProductSummary[] }) {
  if (products.length === 0) return null;
  return (
    <Container className="mt-16 sm:mt-24">
      <section aria-labelledby={id}>
        <h2 id={id} className="mb-6 text-2xl">
          {title}
        </h2>
        <ProductGrid products={products} />
      </section>
    </Container>
  );
}
