/** What came of asking to cancel. `settled`: it is cancelled, or can't be any more. */
export type CancelAnswer = 'settled' | 'no_session' | 'no_order' | 'refused' | 'unreachable';

const timeoutMs = 15_000;

/** Never throws: an answer that did not come is `unreachable`. */
export async function postCancel(action: string): Promise<CancelAnswer> {
  try {
    const { ok, status } = await fetch(action, { method: 'POST', signal: AbortSignal.timeout(timeoutMs) });
    if (ok || status === 409) return 'settled';
    if (status === 401) return 'no_session';
    return status === 404 ? 'no_order' : 'refused';
  } catch {
    return 'unreachable';
  }
}

/** Why the order is not cancelled, and what to do about it. */
export const cancelSentences: Record<Exclude<CancelAnswer, 'settled'>, string> = {
  no_session:
    'Your browser did not send the cookie that the shop knows you by, so nothing was cancelled. Allow cookies for this site, load this page again and try once more.',
  no_order:
    'The shop knows no such order of yours in this browser, so nothing was cancelled. It can be cancelled in the browser that it was placed in.',
  refused:
    'The shop could not cancel it just now. Nothing has changed as far as we know; it is safe to try again in a moment.',
  unreachable: 'We could not reach the shop. Nothing has changed as far as we know; it is safe to try again.',
};
