import { Package } from 'lucide-react';
import { CartLink } from '#components/cart/cart-link.tsx';
import { Logo } from '#components/site/logo.tsx';
import { SearchForm } from '#components/site/search-form.tsx';
import { SiteNav } from '#components/site/site-nav.tsx';
import { Container } from '#components/ui/container.tsx';

/** The header, the same on every page: name, search, cart, and the five categories. */
export function SiteHeader({ categories }: { categories: { slug: string; title: string }[] }) {
  return (
    <header className="border-b border-line">
      <Container>
        <div className="flex items-center gap-2 pt-3 pb-1 sm:gap-6">
          <Logo />
          <SearchForm id="site-search" className="flex-1 sm:ml-auto sm:max-w-80" />
          <a
            href="/orders"
            className="inline-flex min-h-11 items-center rounded-md px-1 font-medium hover:text-accent max-sm:px-2"
          >
            <Package aria-hidden className="size-5 sm:hidden" />
            <span className="max-sm:sr-only">Orders</span>
          </a>
          <CartLink />
        </div>
        {categories.length > 0 ? <SiteNav categories={categories} /> : null}
      </Container>
    </header>
  );
}
