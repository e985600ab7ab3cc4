import { bringToBank, isCrowded, takeFromBank } from '#lib/abuse/cards-at-the-bank.ts';
import { recordDecline } from '#lib/abuse/declines.ts';
import { askChallenge } from '#lib/abuse/guard-card.ts';
import { limitFreshClaim } from '#lib/checkout/gateway/rate-limit.ts';
import { AppError } from '#lib/platform/errors.ts';
import { countedNetwork } from '#lib/platform/http/network-of.ts';

/** A submission or payment attempt that is no replay: its sender and its card. */
export interface Fresh {
  userId: string;
  ip: string | undefined;
  /** Absent for an invoice. The email is absent for a payment attempt: it was counted with the order. */
  card: { token: string; email?: string } | undefined;
  /** Identifies the submission: the answer to a challenge is valid for one submission only. */
  submission: string;
  answer: string | undefined;
  /** For the message: what there were too many of, and what was not done. */
  words: { what: string; nothing: string };
}

/**
 * Returns the problem `rate_limited` when a quota is used up or the card needs a challenge first. Then no
 * work was started, and the request is safe to send again. Returns undefined to let it through. The caller
 * must then call `endFresh`.
 */
export async function refuseFresh(fresh: Fresh): Promise<AppError | undefined> {
  const { userId, ip, card, submission, answer, words } = fresh;
  const quota = await limitFreshClaim({ userId, ip, card });
  if (quota.limited) {
    const { retryAfterSeconds } = quota;
    return new AppError('rate_limited', {
      detail: `Too many ${words.what} in a short time. ${words.nothing}; the same is safe to send again in ${retryAfterSeconds} s.`,
      retryAfterSeconds,
    });
  }
  if (!card) return undefined;
  const network = countedNetwork(ip);
  if (quota.suspicious || isCrowded(network)) {
    const refusal = await askChallenge({ userId, network, ip, submission, answer, nothing: words.nothing });
    if (refusal) return refusal;
  }
  bringToBank(network, fresh);
  return undefined;
}

/** Ends a submission. Counts its card if it was just declined; the answer does not wait for that. */
export function endFresh(fresh: Fresh, { declined }: { declined: boolean }): void {
  const { userId, ip, card } = fresh;
  if (!card) return;
  const network = countedNetwork(ip);
  takeFromBank(network, fresh);
  if (declined) void recordDecline({ userId, network, email: card.email, token: card.token });
}
