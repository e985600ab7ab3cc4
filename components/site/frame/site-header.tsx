import { CartLink } from '#components/cart/cart-link.tsx';
import { Logo } from '#components/site/frame/logo.tsx';
import { SearchForm } from '#components/site/frame/search-form.tsx';
import { SiteNav } from '#components/site/frame/site-nav.tsx';
import { Container } from '#components/ui/container.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { bag, parcel } from '#components/ui/icon-paths.ts';

/** The header, the same on every page: name, search, cart, and the five categories. */
export function SiteHeader({ categories }: { categories: { slug: string; title: string }[] }) {
  return (
    <header className="border-b border-line">
      <Container>
        <div className="flex flex-wrap items-center gap-2 pt-3 pb-1 sm:gap-6">
          <Logo />
          {/* The page of a search has a field of its own, with what was searched in it. */}
          <SearchForm
            id="site-search"
            className="flex-1 basis-36 sm:ml-auto sm:max-w-80 [body:has(#page-search)_&]:invisible"
          />
          <a
            href="/orders"
            className="inline-flex min-h-11 items-center rounded-md px-1 font-medium hover:text-accent max-sm:px-2"
          >
            <Icon path={parcel} className="size-5 sm:hidden" />
            <span className="max-sm:sr-only">Orders</span>
          </a>
          <CartLink icon={<Icon path={bag} className="size-5" />} />
        </div>
        {categories.length > 0 ? <SiteNav categories={categories} /> : null}
      </Container>
    </header>
  );
}
