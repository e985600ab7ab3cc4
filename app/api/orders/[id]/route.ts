import { getOrder } from '#lib/order-management/get-order.ts';
import { AppError } from '#lib/platform/errors.ts';
import { json, notAllowed, route } from '#lib/platform/http/http.ts';
import { sessionOf } from '#lib/platform/session/session.ts';

export const GET = route<{ params: Promise<{ id: string }> }>(async (request, { params }) => {
  const shopper = await sessionOf(request);
  const order = shopper && (await getOrder({ userId: shopper.shopperId, id: (await params).id }));
  // The same answer for "not found" and "another shopper's order", so that it doesn't reveal which
  // orders exist.
  if (!order) throw new AppError('not_found', { detail: 'There is no such order of yours.' });
  return json(order, { headers: { etag: `"${order.version}"` } });
});

const refuse = notAllowed('GET');

export { refuse as DELETE, refuse as PATCH, refuse as POST, refuse as PUT };
