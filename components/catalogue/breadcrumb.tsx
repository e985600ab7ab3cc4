export interface Crumb {
  title: string;
  href: string;
}

/** The path from the home page to this page, whose own title follows as the h1. */
export function Breadcrumb({ crumbs }: { crumbs: Crumb[] }) {
  return (
    <nav aria-label="Breadcrumb" className="pt-4">
      <ol className="flex flex-wrap items-center text-sm text-muted">
        {crumbs.map(({ title, href }, index) => (
          <li key={href} className="flex items-center">
            {index > 0 ? (
              <span aria-hidden className="px-2 text-edge">
                /
              </span>
            ) : null}
            <a href={href} className="inline-flex min-h-11 items-center hover:text-accent hover:underline">
              {title}
            </a>
          </li>
        ))}
      </ol>
    </nav>
  );
}
