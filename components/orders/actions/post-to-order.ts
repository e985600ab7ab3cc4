import { answering } from '#components/challenge/answering.ts';

/**
 * The outcome of a request. `done`: it was carried out or is no longer possible, and the order's page
 * shows which.
 */
export type PostAnswer = 'done' | 'no_session' | 'no_order' | 'refused' | 'unreachable';

const timeoutMs = 15_000;

/**
 * Posts a request about an order: a payment or a cancellation. Both are safe to retry. Never throws: a
 * missing answer is `unreachable`.
 */
export async function postToOrder(action: string, body?: Record<string, unknown>): Promise<PostAnswer> {
  try {
    const answer = await answering((headers) => post(action, body, headers));
    if (!answer) return 'unreachable';
    const { ok, status } = answer;
    // A declined card, an order whose status has changed, or an attempt that was already made.
    if (ok || [402, 409, 422].includes(status)) return 'done';
    if (status === 401) return 'no_session';
    return status === 404 ? 'no_order' : 'refused';
  } catch {
    return 'unreachable';
  }
}

/** Reads the body of a `429` only, because it may contain a challenge. */
async function post(
  action: string,
  body: Record<string, unknown> | undefined,
  headers: Record<string, string>,
) {
  const response = await fetch(action, {
    method: 'POST',
    // The request outlives the page, so a closed tab doesn't interrupt a payment.
    keepalive: true,
    headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const { ok, status } = response;
  const told: unknown = status === 429 ? await response.json().catch(() => undefined) : undefined;
  return { ok, status, body: (told ?? {}) as Record<string, unknown> };
}

/** Says why nothing was done, and what to do about it. */
type Sentences = Record<Exclude<PostAnswer, 'done'>, string>;

export const cancelSentences: Sentences = {
  no_session:
    'Your browser did not send the shop’s cookie, so nothing was cancelled. Allow cookies for this site, load this page again and try once more.',
  no_order:
    'The shop did not find this order among the orders of this browser, so nothing was cancelled. You can cancel it in the browser in which you placed it.',
  refused:
    'The shop could not cancel it just now. As far as we know, nothing has changed. It is safe to try again in a moment.',
  unreachable:
    'We could not reach the shop. As far as we know, nothing has changed. It is safe to try again.',
};

export const paymentSentences: Sentences = {
  no_session:
    'Your browser did not send the shop’s cookie, so nothing was charged. Allow cookies for this site, load this page again and try once more.',
  no_order:
    'The shop did not find this order among the orders of this browser, so nothing was charged. You can pay it in the browser in which you placed it.',
  refused:
    'The shop could not take the payment just now. It is safe to try again in a moment: you will not be charged twice.',
  unreachable:
    'The shop did not answer, so we do not know yet whether the card was charged. It is safe to try again: you will not be charged twice.',
};
