import { answering } from '#components/challenge/answering.ts';

/** What came of asking for something. `settled`: it is done or can't be any more, as the order's page shows. */
export type PostAnswer = 'settled' | 'no_session' | 'no_order' | 'refused' | 'unreachable';

const timeoutMs = 15_000;

/**
 * Asks the shop to do something about an order. Both that are asked for here are safe to ask for
 * again. Never throws: an answer that did not come is `unreachable`.
 */
export async function postToOrder(action: string, body?: Record<string, unknown>): Promise<PostAnswer> {
  try {
    const answer = await answering((headers) => post(action, body, headers));
    if (!answer) return 'unreachable';
    const { ok, status } = answer;
    // A declined card, an order that is something else by now, an attempt that was made before.
    if (ok || [402, 409, 422].includes(status)) return 'settled';
    if (status === 401) return 'no_session';
    return status === 404 ? 'no_order' : 'refused';
  } catch {
    return 'unreachable';
  }
}

/** The body is read of a `429` alone, which may ask for something. */
async function post(
  action: string,
  body: Record<string, unknown> | undefined,
  headers: Record<string, string>,
) {
  const response = await fetch(action, {
    method: 'POST',
    // Outlives the page: a closed tab doesn't cut a payment off half sent.
    keepalive: true,
    headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const { ok, status } = response;
  const told: unknown = status === 429 ? await response.json().catch(() => undefined) : undefined;
  return { ok, status, body: (told ?? {}) as Record<string, unknown> };
}

/** Why nothing was done, and what to do about it. */
type Sentences = Record<Exclude<PostAnswer, 'settled'>, string>;

export const cancelSentences: Sentences = {
  no_session:
    'Your browser did not send the cookie that the shop knows you by, so nothing was cancelled. Allow cookies for this site, load this page again and try once more.',
  no_order:
    'The shop knows no such order of yours in this browser, so nothing was cancelled. It can be cancelled in the browser that it was placed in.',
  refused:
    'The shop could not cancel it just now. Nothing has changed as far as we know; it is safe to try again in a moment.',
  unreachable: 'We could not reach the shop. Nothing has changed as far as we know; it is safe to try again.',
};

export const paymentSentences: Sentences = {
  no_session:
    'Your browser did not send the cookie that the shop knows you by, so nothing was charged. Allow cookies for this site, load this page again and try once more.',
  no_order:
    'The shop knows no such order of yours in this browser, so nothing was charged. It can be paid in the browser that it was placed in.',
  refused:
    'The shop could not take the payment just now. It is safe to try again in a moment: you will not be charged twice.',
  unreachable:
    'The shop did not answer, so we do not know yet whether the card was charged. It is safe to try again: you will not be charged twice.',
};
