import { bringToBank, isCrowded, takeFromBank } from '#lib/abuse/cards-at-the-bank.ts';
import { recordDecline } from '#lib/abuse/declines.ts';
import { askChallenge } from '#lib/abuse/guard-card.ts';
import { limitFreshClaim } from '#lib/checkout/gateway/rate-limit.ts';
import { AppError } from '#lib/platform/errors.ts';
import { countedNetwork } from '#lib/platform/http/network-of.ts';

/** A submission, or an attempt to pay, that is no replay: who sends it, and with which card. */
export interface Fresh {
  userId: string;
  ip: string | undefined;
  /** Absent for an invoice. The email is absent where it was counted with the order before. */
  card: { token: string; email?: string } | undefined;
  /** Names it among all: the answer to a challenge works for one. */
  submission: string;
  answer: string | undefined;
  /** For the message: too many of what, and what was not done. */
  words: { what: string; nothing: string };
}

/**
 * The problem `rate_limited` for one too many, or for a card that needs a challenge first; undefined
 * lets it through. Nothing was begun, and the same is safe to send again. What was let through is to be
 * ended with `endFresh`.
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

/** Says what became of a submission: its card is counted if it was declined just now. Nobody waits for that. */
export function endFresh(fresh: Fresh, { declined }: { declined: boolean }): void {
  const { userId, ip, card } = fresh;
  if (!card) return;
  const network = countedNetwork(ip);
  takeFromBank(network, fresh);
  if (declined) void recordDecline({ userId, network, email: card.email, token: card.token });
}
