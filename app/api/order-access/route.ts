import { isFormPost, readForm } from '#lib/checkout/submission/read-submission.ts';
import {
  orderAccessAnswer,
  orderAccessInputSchema,
  requestOrderLink,
} from '#lib/order-management/request-order-link.ts';
import {
  asAppError,
  clientIpOf,
  json,
  notAllowed,
  parseOrThrow,
  readJson,
  route,
} from '#lib/platform/http/http.ts';

/** Limits the body size: an order number and an email address. */
const maxBytes = 2_048;

/** Reads no session and needs none, so a foreign page can do no more here than any other client. */
export const POST = route(async (request, _context, requestId) => {
  if (isFormPost(request)) return requestFromPage(request, requestId);
  const input = parseOrThrow(orderAccessInputSchema, await readJson(request, maxBytes));
  await requestOrderLink({ ...input, ip: clientIpOf(request) });
  return json(orderAccessAnswer, { status: 202 });
});

/** Answers a form with a page, whatever the outcome. */
async function requestFromPage(request: Request, requestId: string): Promise<Response> {
  let outcome = 'requested';
  try {
    const input = parseOrThrow(orderAccessInputSchema, await readForm(request));
    await requestOrderLink({ ...input, ip: clientIpOf(request) });
  } catch (error) {
    outcome = asAppError(error, requestId).code === 'rate_limited' ? 'limited' : 'failed';
  }
  const headers = { location: `/orders?link=${outcome}`, 'cache-control': 'no-store' };
  return new Response(null, { status: 303, headers });
}

const refuse = notAllowed('POST');

export { refuse as DELETE, refuse as GET, refuse as PATCH, refuse as PUT };
