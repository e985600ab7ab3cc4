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

/** A number and an address. */
const maxBytes = 2_048;

/** No session is read and none is needed, so a foreign page could do nothing here that a stranger cannot. */
export const POST = route(async (request, _context, requestId) => {
  if (isFormPost(request)) return requestFromPage(request, requestId);
  const input = parseOrThrow(orderAccessInputSchema, await readJson(request, maxBytes));
  await requestOrderLink({ ...input, ip: clientIpOf(request) });
  return json(orderAccessAnswer, { status: 202 });
});

/** A form is answered with a page, whatever became of it. */
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
