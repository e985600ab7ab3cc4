import type { ReactNode } from 'react';
import { Document } from '#app/document.tsx';
import { CheckoutFooter } from '#components/checkout/frame/checkout-footer.tsx';
import { CheckoutHeader } from '#components/checkout/frame/checkout-header.tsx';
import { env } from '#lib/platform/env.ts';

export { siteMetadata as generateMetadata, siteViewport as viewport } from '#app/document.tsx';

/**
 * The checkout alone: nothing leads away from it but the shop's name and help. A root layout of its own, so
 * that the browser loads no script of the catalogue.
 */
export default function CheckoutLayout({ children }: { children: ReactNode }) {
  return (
    <Document header={<CheckoutHeader contact={env().CONTACT_EMAIL} />} footer={<CheckoutFooter />}>
      {children}
    </Document>
  );
}
