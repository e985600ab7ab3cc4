'use client';

import { usePathname } from 'next/navigation';

/** The categories in one line, which scrolls sideways if it doesn't fit. */
export function SiteNav({ categories }: { categories: { slug: string; title: string }[] }) {
  const path = usePathname();
  return (
    <nav
      aria-label="Categories"
      className="-mx-5 overflow-x-auto px-5 [scrollbar-width:none] max-sm:mask-r-from-85% max-sm:mask-r-to-99% sm:-mx-8 sm:px-8"
    >
      <ul className="flex w-max gap-6 pr-5 sm:gap-8 sm:pr-0">
        {categories.map(({ slug, title }) => {
          const here = path === `/category/${slug}` || path.startsWith(`/category/${slug}/`);
          return (
            <li key={slug}>
              <a
                href={`/category/${slug}`}
                aria-current={here ? 'page' : undefined}
                className="inline-flex min-h-11 items-center border-b-3 border-transparent pt-0.75 font-medium whitespace-nowrap transition-colors hover:text-accent aria-[current]:border-accent aria-[current]:text-accent"
              >
                {title}
              </a>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
