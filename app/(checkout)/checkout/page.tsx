import type { Metadata } from 'next';
import { nextPageRequest } from '#app/_personal/next-page-request.ts';
import { readCheckoutPage } from '#app/(checkout)/checkout/read-checkout-page.ts';
import { CheckoutPageOrFrame } from '#components/checkout/checkout-page.tsx';

export const metadata: Metadata = { title: 'Checkout', robots: { index: false } };

export default async function Page(props: PageProps<'/checkout'>) {
  const request = await nextPageRequest(props);
  return <CheckoutPageOrFrame view={request && (await readCheckoutPage(request))} />;
}
