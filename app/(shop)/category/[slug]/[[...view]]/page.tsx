import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { categoryHref, parseCategoryView } from '#app/(shop)/category/[slug]/category-view.ts';
import { PageTags } from '#app/page-tags.tsx';
import { shareMetadata } from '#app/share-picture.ts';
import { Breadcrumb } from '#components/catalogue/breadcrumb.tsx';
import { Pagination } from '#components/catalogue/list/pagination.tsx';
import { ProductGrid } from '#components/catalogue/list/product-grid.tsx';
import { SortLinks, sortTitles } from '#components/catalogue/list/sort-links.tsx';
import { Suggestions } from '#components/catalogue/list/suggestions.tsx';
import { WaysOn } from '#components/site/ways-on.tsx';
import { Container } from '#components/ui/container.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { PageTitle } from '#components/ui/page-title.tsx';
import { listCategories } from '#lib/catalogue/list-categories.ts';
import { listProductsPage } from '#lib/catalogue/list-products-page.ts';
import { suggestedProducts } from '#lib/catalogue/suggested-products.ts';
import { categoryTag, productTag } from '#lib/catalogue/tags.ts';

// At most a minute old: an order checks prices and stock again.
export const revalidate = 60;

interface Props {
  params: Promise<{ slug: string; view?: string[] }>;
}

export async function generateStaticParams() {
  return (await listCategories()).map(({ slug }) => ({ slug, view: [] }));
}

async function readView({ params }: Props) {
  const { slug, view: segments } = await params;
  const view = parseCategoryView(segments);
  const category = (await listCategories()).find((one) => one.slug === slug);
  if (!view || !category) notFound();
  return { category, view };
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  const { category, view } = await readView(props);
  const sorted = view.sort === 'featured' ? '' : `: ${sortTitles[view.sort]}`;
  const paged = view.page > 1 ? `, page ${view.page}` : '';
  return {
    title: `${category.title}${sorted}${paged}`,
    description: category.description,
    // For search engines, the first page in another sort order is the same page. Later pages have their
    // own products.
    alternates: {
      canonical: categoryHref(category.slug, view.page === 1 ? { sort: 'featured', page: 1 } : view),
    },
    ...shareMetadata({ title: category.title, description: category.description }),
  };
}

export default async function CategoryPage(props: Props) {
  const { category, view } = await readView(props);
  const { products, total, pageCount } = await listProductsPage({ category: category.slug, ...view });
  if (view.page > pageCount) notFound();
  return (
    <Container>
      <PageTags tags={[categoryTag(category.slug), ...products.map(({ slug }) => productTag(slug))]} />
      <Breadcrumb crumbs={[{ title: 'Home', href: '/' }]} />
      <PageTitle className="pt-2! sm:pt-4!" lead={category.description}>
        {category.title}
      </PageTitle>
      <div className="mb-8 flex flex-col border-y border-line sm:flex-row-reverse sm:items-center sm:justify-between sm:gap-8">
        <SortLinks sort={view.sort} hrefOf={(sort) => categoryHref(category.slug, { sort, page: 1 })} />
        <p className="figures shrink-0 py-2.5 text-muted max-sm:order-first max-sm:pb-0">
          {total === 1 ? '1 product' : `${total} products`}
        </p>
      </div>
      {total > 0 ? (
        <ProductGrid products={products} headingLevel="h2" first />
      ) : (
        <>
          <EmptyState title="This shelf is empty just now" actions={<WaysOn />}>
            <p>New items are on their way.</p>
          </EmptyState>
          <Suggestions products={await suggestedProducts()} />
        </>
      )}
      <Pagination
        page={view.page}
        pageCount={pageCount}
        hrefOf={(page) => categoryHref(category.slug, { ...view, page })}
      />
    </Container>
  );
}
