import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { nextPageRequest } from '#app/_personal/next-page-request.ts';
import { readOrderPage } from '#app/(shop)/orders/[id]/read-order-page.ts';
import { OrderPageOrFrame } from '#components/orders/order-page.tsx';
import { answerPageWith } from '#lib/platform/http/page-status.ts';

export const metadata: Metadata = { title: 'Your order', robots: { index: false } };

export default async function Page(props: PageProps<'/orders/[id]'>) {
  const request = await nextPageRequest(props);
  const view = request && (await readOrderPage(request));
  // Rendered on the server if the host lets a page set the status.
  if (view?.kind === 'not_found' && !answerPageWith(404)) notFound();
  return <OrderPageOrFrame view={view} />;
}
