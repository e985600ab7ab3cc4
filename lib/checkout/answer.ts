import { forgetDraftHeader, keepDraftHeader } from '#lib/checkout/checkout-draft.ts';
import { getCheckout } from '#lib/checkout/get-checkout.ts';
import { orderLimitProblem } from '#lib/checkout/order-limit.ts';
import type { RawSubmission } from '#lib/checkout/submission/read-submission.ts';
import type { Submission } from '#lib/checkout/submission/schema.ts';
import type { Decision } from '#lib/orders/decide/decide.ts';
import { toOrderReceipt } from '#lib/orders/order-request.ts';
import type { Shortage } from '#lib/orders/schema.ts';
import { AppError } from '#lib/platform/errors.ts';
import { type Answer, jsonAnswer, pageAnswer, problemAnswer } from '#lib/platform/http/http.ts';
import { refuseUnoffered } from '#lib/pricing/choice.ts';
import { freshRules } from '#lib/pricing/current-rules.ts';
import type { CheckoutQuote } from '#lib/pricing/schema.ts';

/** The HTTP answer to a decision: JSON for programs, a redirect for forms. */
export async function answerOutcome(
  decision: Decision,
  userId: string,
  submission: Submission,
  raw: RawSubmission,
  requestId: string,
): Promise<Answer> {
  if (decision.outcome === 'accepted' || decision.outcome === 'already_ordered') {
    const order = toOrderReceipt(decision.receipt);
    if (raw.isForm) return seeOther(order.url, forgetDraftHeader());
    const created = decision.outcome === 'accepted';
    const replayed = created ? replayedHeader(decision) : {};
    return jsonAnswer(
      { outcome: decision.outcome, order },
      { status: created ? 201 : 200, headers: { ...(created ? { location: order.url } : {}), ...replayed } },
    );
  }
  // The order exists and its page takes another card, so there is nothing to correct at the checkout.
  if (decision.outcome === 'payment_declined' && raw.isForm) {
    return seeOther(toOrderReceipt(decision.receipt).url, forgetDraftHeader());
  }
  return answerProblem(await toProblem(decision, userId, submission), raw, { requestId, shopper: userId });
}

function replayedHeader({ created }: { created: boolean }): Record<string, string> {
  return created ? {} : { 'idempotent-replayed': 'true' };
}

/** The request that is answered. */
interface Asked {
  requestId: string;
  /** The shopper of the browser's session, even if the session has ended. */
  shopper: string | undefined;
  fromBrowser?: boolean;
}

/** A refusal: a problem document, or for a form the checkout page with the problem and the typed values. */
export function answerProblem(
  error: AppError,
  raw: RawSubmission,
  { requestId, shopper, fromBrowser = raw.isForm }: Asked,
): Answer {
  if (!raw.isForm) return (fromBrowser ? pageAnswer : problemAnswer)(error, requestId);
  // A foreign site's form gets the status and an error page, but no cookie from this shop.
  if (error.code === 'foreign_origin') return pageAnswer(error, requestId);
  const { fields, items, order } = (error.options.extra ?? {}) as Record<string, never>;
  const cartVersion = Number(raw.typed.cartVersion);
  const kept = {
    code: error.code,
    detail: error.message,
    fields,
    items,
    order,
    cartVersion: Number.isSafeInteger(cartVersion) ? cartVersion : undefined,
  };
  return seeOther('/checkout', keepDraftHeader(shopper, kept, raw.typed), error.options.retryAfterSeconds);
}

function seeOther(location: string, cookie: string, retryAfterSeconds?: number): Answer {
  const wait: Record<string, string> =
    retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  const headers = { location, 'cache-control': 'no-store', 'set-cookie': cookie, ...wait };
  return { status: 303, headers, body: null };
}

type Refusal = Exclude<Decision, { outcome: 'accepted' | 'already_ordered' }>;

async function toProblem(decision: Refusal, userId: string, submission: Submission): Promise<AppError> {
  switch (decision.outcome) {
    case 'payment_declined': {
      const order = toOrderReceipt(decision.receipt);
      return new AppError('payment_declined', {
        detail: `${decision.why} ${
          decision.waits
            ? `Order ${order.number} is kept for you and waits for another card.`
            : `Order ${order.number} has ended since.`
        }`,
        extra: { order },
        headers: replayedHeader(decision),
      });
    }
    case 'possible_duplicate': {
      const order = toOrderReceipt(decision.receipt);
      return new AppError('possible_duplicate', {
        detail: `You ordered the same for the same total a few minutes ago (order ${order.number}). Nothing was ordered now; if you want it a second time, confirm.`,
        extra: { order },
      });
    }
    case 'key_reused':
      return new AppError('key_reused', {
        detail:
          'This key has already made an order from another submission. Nothing was ordered now; get a new token from /api/checkout.',
      });
    case 'cart_changed':
      return new AppError('cart_changed', {
        detail:
          'Your cart or its total has changed since this checkout was shown. Nothing was ordered; check the new total and order again.',
        extra: { quote: await currentQuote(userId, submission) },
      });
    case 'cart_limit':
      return new AppError('cart_limit', {
        detail: 'The cart is worth more than one order may be. Nothing was ordered; split it into two.',
      });
    case 'order_limit':
      return orderLimitProblem(decision, submission.currency);
    case 'out_of_stock':
      return new AppError('out_of_stock', {
        detail: `${decision.items.map(sentenceOf).join(' ')} Nothing was ordered; change the cart and order again.`,
        extra: { items: decision.items },
      });
  }
}

function sentenceOf({ sku, requested, available }: Shortage): string {
  return available === 0
    ? `${sku} is sold out.`
    : `You asked for ${requested} of ${sku} and ${available} ${available === 1 ? 'is' : 'are'} left.`;
}

/**
 * The quote for the shopper's present cart; null when it is empty. Throws `invalid_request` when the method or
 * the country was taken off the list after the submission was checked.
 */
async function currentQuote(userId: string, submission: Submission): Promise<CheckoutQuote | null> {
  const { shippingMethod, shippingAddress } = submission;
  const choice = { shippingMethod, country: shippingAddress.country };
  // The order writer has refused the total by rules that may be newer than those in this process's memory.
  refuseUnoffered(choice, await freshRules(), 'shippingAddress.country');
  try {
    return await getCheckout({ userId, ...choice });
  } catch (error) {
    if (error instanceof AppError && error.code === 'cart_empty') return null;
    throw error;
  }
}
