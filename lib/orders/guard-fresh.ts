import { recordDecline } from '#lib/abuse/declines.ts';
import { askChallenge } from '#lib/abuse/guard-card.ts';
import { AppError } from '#lib/errors.ts';
import { countedNetwork } from '#lib/orders/network-of.ts';
import { limitFreshClaim } from '#lib/orders/rate-limit.ts';

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
 * lets it through. Nothing was begun, and the same is safe to send again.
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
  if (!quota.suspicious) return undefined;
  return askChallenge({
    userId,
    network: countedNetwork(ip),
    ip,
    submission,
    answer,
    nothing: words.nothing,
  });
}

/** Counts a card that was declined just now. The shopper's answer does not wait for it. */
export function noteDecline({ userId, ip, card }: Pick<Fresh, 'userId' | 'ip' | 'card'>): void {
  if (!card) return;
  void recordDecline({ userId, network: countedNetwork(ip), email: card.email, token: card.token });
}
