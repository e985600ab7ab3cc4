import type { ProductSort } from '#lib/catalogue/schema.ts';

export const sortTitles: Record<ProductSort, string> = {
  featured: 'Featured',
  'price-asc': 'Lowest price',
  'price-desc': 'Highest price',
  newest: 'Newest',
  title: 'A to Z',
};

/** Links to the sort orders of a list. Each has its own URL. */
export function SortLinks({ sort, hrefOf }: { sort: ProductSort; hrefOf: (sort: ProductSort) => string }) {
  return (
    <nav aria-label="Sort by">
      <ul className="flex flex-wrap gap-x-5">
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
