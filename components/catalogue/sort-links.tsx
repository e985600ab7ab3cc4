import type { ProductSort } from '#lib/catalogue/schema.ts';

export const sortTitles: Record<ProductSort, string> = {
  featured: 'Featured',
  'price-asc': 'Price, low to high',
  'price-desc': 'Price, high to low',
  newest: 'Newest',
  title: 'A to Z',
};

/** Links to the sort orders of a list. Each has its own URL. */
export function SortLinks({ sort, hrefOf }: { sort: ProductSort; hrefOf: (sort: ProductSort) => string }) {
  return (
    <nav
      aria-label="Sort by"
      className="-mx-5 overflow-x-auto px-5 [scrollbar-width:none] max-sm:mask-r-from-85% max-sm:mask-r-to-99% sm:mx-0 sm:px-0"
    >
      <ul className="flex w-max gap-5 pr-5 sm:pr-0">
        {(Object.keys(sortTitles) as ProductSort[]).map((id) => (
          <li key={id}>
            <a
              href={hrefOf(id)}
              aria-current={id === sort ? 'true' : undefined}
              className="inline-flex min-h-11 items-center whitespace-nowrap text-muted underline-offset-8 hover:text-accent aria-[current]:font-semibold aria-[current]:text-ink aria-[current]:underline aria-[current]:decoration-2 aria-[current]:decoration-accent"
            >
              {sortTitles[id]}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
