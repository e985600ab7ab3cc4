import { cn } from '#components/ui/cn.ts';

const step =
  'inline-flex min-h-11 items-center rounded-md border border-edge bg-raised px-5 font-semibold transition-colors hover:border-accent hover:text-accent';

/** Links to the previous and next page of a list. Renders nothing for a single page. */
export function Pagination({
  page,
  pageCount,
  hrefOf,
}: {
  page: number;
  pageCount: number;
  hrefOf: (page: number) => string;
}) {
  if (pageCount <= 1) return null;
  return (
    <nav aria-label="Pages" className="mt-12 flex flex-wrap items-center justify-between gap-4">
      {page > 1 ? (
        <a href={hrefOf(page - 1)} rel="prev" className={step}>
          Previous
        </a>
      ) : (
        <span className={cn(step, 'invisible')} aria-hidden />
      )}
      <p className="figures text-muted">
        Page {page} of {pageCount}
      </p>
      {page < pageCount ? (
        <a href={hrefOf(page + 1)} rel="next" className={step}>
          Next
        </a>
      ) : (
        <span className={cn(step, 'invisible')} aria-hidden />
      )}
    </nav>
  );
}
