import type { ReactNode } from 'react';
import { Document } from '#app/document.tsx';
import { siteFacts } from '#app/site.ts';
import { SiteFooter } from '#components/site/frame/site-footer.tsx';
import { SiteHeader } from '#components/site/frame/site-header.tsx';

export { siteMetadata as generateMetadata, siteViewport as viewport } from '#app/document.tsx';

/** Every page but the checkout: menus, search, cart. */
export default async function ShopLayout({ children }: { children: ReactNode }) {
  const { categories, delivery, contact } = await siteFacts();
  return (
    <Document
      header={<SiteHeader categories={categories} />}
      footer={<SiteFooter delivery={delivery} contact={contact} />}
    >
      {children}
    </Document>
  );
}
