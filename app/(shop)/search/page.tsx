import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { z } from 'zod';
import { siteFacts } from '#app/site.ts';
import { Pagination } from '#components/catalogue/list/pagination.tsx';
import { ProductGrid } from '#components/catalogue/list/product-grid.tsx';
import { Suggestions } from '#components/catalogue/list/suggestions.tsx';
import { SearchForm } from '#components/site/frame/search-form.tsx';
import { Container } from '#components/ui/container.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { ButtonLink } from '#components/ui/form/button.tsx';
import { PageTitle } from '#components/ui/page-title.tsx';
import { listProductsPage } from '#lib/catalogue/list-products-page.ts';
import { maxQueryLength } from '#lib/catalogue/search/query-limits.ts';
import { suggestedProducts } from '#lib/catalogue/suggested-products.ts';
import { visibleText } from '#lib/platform/text/typed-text.ts';

/** Parses the URL leniently: an invalid search counts as an empty one. */
const searchParamsSchema = z.object({
  query: z
    .string()
    .transform((text) => visibleText(text).slice(0, maxQueryLength))
    .catch(''),
  page: z.coerce.number().int().min(1).max(9_999).catch(1),
});

interface Props {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata({ searchParams }: Props): Promise<Metadata> {
  const { query } = searchParamsSchema.parse(await searchParams);
  return { title: query ? `Search: ${query}` : 'Search', robots: { index: false } };
}

const searchHref = (query: string, page: number) =>
  `/search?${new URLSearchParams({ query, ...(page > 1 ? { page: String(page) } : {}) })}`;

export default async function SearchPage({ searchParams }: Props) {
  const { query, page } = searchParamsSchema.parse(await searchParams);
  const found = query ? await listProductsPage({ query, page }) : undefined;
  // The list may be shorter than when the link was made. Its last page is nearest to what was asked for.
  if (found && page > found.pageCount) redirect(searchHref(query, found.pageCount));
  return (
    <Container>
      <PageTitle lead={found && found.total > 0 ? countText(found.total) : undefined}>
        {titleOf(query, found?.total)}
      </PageTitle>
      {/* It takes the place of the header's field (components/site/frame/site-header.tsx). */}
      <SearchForm id="page-search" query={query} className="mb-8 max-w-[32rem]" />
      {found && found.products.length > 0 ? (
        <ProductGrid products={found.products} headingLevel="h2" first />
      ) : (
        <>
          <NothingFound searched={query !== ''} />
          <Suggestions products={await suggestedProducts()} />
        </>
      )}
      {found && found.products.length > 0 ? (
        <Pagination page={page} pageCount={found.pageCount} hrefOf={(to) => searchHref(query, to)} />
      ) : null}
    </Container>
  );
}

function titleOf(query: string, total: number | undefined): string {
  if (!query) return 'Search the shop';
  return total ? `Results for “${query}”` : `Nothing found for “${query}”`;
}

const countText = (total: number) => (total === 1 ? '1 product' : `${total} products`);

async function NothingFound({ searched }: { searched: boolean }) {
  const { categories } = await siteFacts();
  return (
    <EmptyState
      title={searched ? 'Try it in other words' : 'What are you looking for?'}
      actions={categories.map(({ slug, title }) => (
        <ButtonLink key={slug} href={`/category/${slug}`} variant="secondary">
          {title}
        </ButtonLink>
      ))}
    >
      <p>
        {searched
          ? 'Every word has to occur in a product, so fewer words find more: “pan” finds what “cast iron pan” does not. Or look along a shelf:'
          : 'Type a word or two above: an item, a material, a use. Or look along a shelf:'}
      </p>
    </EmptyState>
  );
}
