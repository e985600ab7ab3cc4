import type { ComponentType } from 'react';
import { renderToString } from 'react-dom/server';
import { CartPage } from '#components/cart/cart-page.tsx';
import { CheckoutPage } from '#components/checkout/checkout-page.tsx';
import { OrderPage } from '#components/orders/order-page.tsx';

/**
 * The entry of the bundle with which the Node host renders a shopper's own pages (host/pages/personal-pages.ts).
 * `npm run build` writes it, because Node runs no JSX.
 */

const pages = { cart: CartPage, checkout: CheckoutPage, order: OrderPage };

export type PageName = keyof typeof pages;

/** The HTML of a page's component with this view. */
export function renderPage(name: PageName, view: unknown): string {
  const Page = pages[name] as ComponentType<{ view: unknown }>;
  return renderToString(<Page view={view} />);
}
