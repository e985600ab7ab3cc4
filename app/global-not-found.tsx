import type { Metadata } from 'next';
import ShopLayout, { generateMetadata as siteMetadata } from '#app/(shop)/layout.tsx';
import NotFound from '#app/(shop)/not-found.tsx';

export function generateMetadata(): Metadata {
  return { ...siteMetadata(), title: 'Not found · Once' };
}

/** Any address without a page. With several root layouts, this page brings the one that it has. */
export default function GlobalNotFound() {
  return (
    <ShopLayout>
      <NotFound />
    </ShopLayout>
  );
}
