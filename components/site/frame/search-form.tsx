import { cn } from '#components/ui/cn.ts';
import { Icon } from '#components/ui/icon.tsx';
import { search } from '#components/ui/icon-paths.ts';
import { maxQueryLength } from '#lib/catalogue/search/query-limits.ts';

/** A plain GET form: a search has its own URL and works without JavaScript. */
export function SearchForm({ id, query, className }: { id: string; query?: string; className?: string }) {
  return (
    <search className={cn('min-w-0', className)}>
      <form action="/search" className="relative">
        <label htmlFor={id} className="sr-only">
          Search the shop
        </label>
        <input
          id={id}
          type="search"
          name="query"
          defaultValue={query}
          maxLength={maxQueryLength}
          placeholder="Search"
          className="h-11 w-full min-w-0 rounded-md border border-edge bg-raised pr-11 pl-4 text-base transition-colors placeholder:text-muted hover:border-ink"
        />
        <button
          type="submit"
          aria-label="Search"
          className="absolute inset-y-0 right-0 grid w-11 place-items-center rounded-md text-muted hover:text-accent"
        >
          <Icon path={search} className="size-5" />
        </button>
      </form>
    </search>
  );
}
