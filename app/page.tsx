import { PageTags } from '#app/page-tags.tsx';
import { HomeHero, type ShelfItem } from '#components/catalogue/home-hero.tsx';
import { OrderingPromises } from '#components/catalogue/ordering-promises.tsx';
import { ProductGrid } from '#components/catalogue/product-grid.tsx';
import { Container } from '#components/ui/container.tsx';
import { listCategories } from '#lib/catalogue/list-categories.ts';
import { listProducts } from '#lib/catalogue/list-products.ts';
import type { ProductSort, ProductSummary } from '#lib/catalogue/schema.ts';
import { categoryTag, productTag } from '#lib/catalogue/tags.ts';

// At most a minute old: an order checks prices and stock again.
export const revalidate = 60;

export default async function HomePage() {
  const shelf = await oneOfEachCategory();
  // No product appears twice: featured products exclude the shelf, and new products exclude both.
  const featured = await productsBy('featured', 8, new Set(shelf.map(({ product }) => product)));
  const shown = new Set([...shelf.map(({ product }) => product), ...featured.map(({ slug }) => slug)]);
  const newest = await productsBy('newest', 4, shown);
  const tags = [
    ...shelf.map(({ slug }) => categoryTag(slug)),
    ...[...shown, ...newest.map(({ slug }) => slug)].map(productTag),
  ];
  return (
    <>
      <PageTags tags={tags} />
      <HomeHero shelf={shelf.map(({ slug, title, image }) => ({ slug, title, image }))} />
      <ProductSection id="featured" title="To begin with" products={featured} />
      <ProductSection id="newest" title="New on the shelves" products={newest} />
      <OrderingPromises />
    </>
  );
}

/** Each category with its first product; empty categories are left out. */
async function oneOfEachCategory(): Promise<(ShelfItem & { product: string })[]> {
  const categories = await listCategories();
  const items = await Promise.all(
    categories.map(async ({ slug, title }) => {
      const [first] = (await listProducts({ category: slug, limit: 1 })).products;
      return first ? [{ slug, title, image: first.image, product: first.slug }] : [];
    }),
  );
  return items.flat();
}

/** The first `count` products of a sort, except the slugs in `without`. */
async function productsBy(sort: ProductSort, count: number, without: Set<string>): Promise<ProductSummary[]> {
  const { products } = await listProducts({ sort, limit: count + without.size });
  return products.filter(({ slug }) => !without.has(slug)).slice(0, count);
}

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
