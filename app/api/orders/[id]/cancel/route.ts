import { AppError } from '#lib/errors.ts';
import { json, refuseForeignOrigin, route } from '#lib/http.ts';
import { cancelOrder } from '#lib/orders/cancel-order.ts';
import { getOrder } from '#lib/orders/get-order.ts';
import { orderUrl } from '#lib/orders/placement.ts';
import { isFormPost } from '#lib/orders/read-submission.ts';
import { requireSession } from '#lib/session.ts';

export const POST = route<{ params: Promise<{ id: string }> }>(async (request, { params }) => {
  refuseForeignOrigin(request);
  const userId = requireSession(request);
  const { id } = await params;
  if (isFormPost(request)) return cancelFromPage(userId, id);
  const { changed } = await cancelOrder({ userId, id });
  const headers: Record<string, string> = changed ? {} : { 'idempotent-replayed': 'true' };
  return json(await getOrder({ userId, id }), { headers });
});

/** A form is sent back to the order's page, which shows what the order is now. */
async function cancelFromPage(userId: string, id: string): Promise<Response> {
  try {
    await cancelOrder({ userId, id });
  } catch (error) {
    // The page shows a status that can't be cancelled better than a bare error could.
    if (!(error instanceof AppError && error.code === 'not_cancellable')) throw error;
  }
  return new Response(null, { status: 303, headers: { location: orderUrl(encodeURIComponent(id)) } });
}
