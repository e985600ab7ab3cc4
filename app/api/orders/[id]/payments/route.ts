import { challengeField, challengeHeader } from '#lib/abuse/schema.ts';
import { payAndRecord } from '#lib/checkout/pay-and-record.ts';
import { judgePayment } from '#lib/checkout/submission/judge-payment.ts';
import { isFormPost, readForm, wholeNumber } from '#lib/checkout/submission/read-submission.ts';
import { orderUrl } from '#lib/orders/order-request.ts';
import { refuseTestCardFromElsewhere } from '#lib/payment-provider/takes-cards.ts';
import type { ProblemCode } from '#lib/platform/errors.ts';
import {
  asAppError,
  clientIpOf,
  json,
  notAllowed,
  originOf,
  readJson,
  refuseForeignOrigin,
  route,
} from '#lib/platform/http/http.ts';
import { requireSession } from '#lib/platform/session/session.ts';

/** Limits the body size: three short fields. */
const maxPaymentBytes = 2 * 1024;

export const POST = route<{ params: Promise<{ id: string }> }>(async (request, { params }, requestId) => {
  refuseForeignOrigin(request);
  const { id } = await params;
  if (isFormPost(request)) return payFromPage(request, id, requestId);
  const input = await readJson(request, maxPaymentBytes);
  const { body, created } = await pay({ request, requestId }, id, input);
  const headers: Record<string, string> = created ? {} : { 'idempotent-replayed': 'true' };
  return json(body, { status: 201, headers: { location: body.order.url, ...headers } });
});

interface Asked {
  request: Request;
  requestId: string;
}

async function pay({ request, requestId }: Asked, id: string, input: unknown, typedAnswer?: string) {
  const { shopperId: userId } = await requireSession(request);
  const payment = await judgePayment({ input, userId, id });
  refuseTestCardFromElsewhere(request.headers);
  const answer = request.headers.get(challengeHeader) ?? typedAnswer;
  const caller = { ip: clientIpOf(request), origin: originOf(request), answer };
  return payAndRecord({ ...payment, ...caller, userId, id }, requestId, { isForm: isFormPost(request) });
}

/** Not this shopper's order: redirect to /orders, because this shopper can't see the order's page. */
const withoutOrder: ProblemCode[] = ['not_found', 'session_required'];

/** Redirects a form to the order's page, which shows the outcome and accepts another card. */
async function payFromPage(request: Request, id: string, requestId: string): Promise<Response> {
  let location = orderUrl(encodeURIComponent(id));
  let wait: Record<string, string> = {};
  try {
    const typed = await readForm(request);
    await pay(
      { request, requestId },
      id,
      { ...typed, attempt: wholeNumber(typed.attempt) },
      typed[challengeField],
    );
  } catch (error) {
    const { code, options } = asAppError(error, requestId);
    if (withoutOrder.includes(code)) location = '/orders';
    if (options.retryAfterSeconds !== undefined) wait = { 'retry-after': String(options.retryAfterSeconds) };
  }
  return new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store', ...wait } });
}

const refuse = notAllowed('POST');

export { refuse as DELETE, refuse as GET, refuse as PATCH, refuse as PUT };
