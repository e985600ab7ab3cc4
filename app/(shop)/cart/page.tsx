import type { Metadata } from 'next';
import { nextPageRequest } from '#app/_personal/next-page-request.ts';
import { readCartPage } from '#app/(shop)/cart/read-cart-page.ts';
import { CartPageOrFrame } from '#components/cart/cart-page.tsx';

export const metadata: Metadata = { title: 'Cart', robots: { index: false } };

export default async function Page(props: PageProps<'/cart'>) {
  const request = await nextPageRequest(props);
  return <CartPageOrFrame view={request && (await readCartPage(request))} />;
}
