import { countChallenge } from '#lib/abuse/abuse-metrics.ts';
import { checkAnswer, makeChallenge } from '#lib/abuse/challenge.ts';
import { waitForTurn } from '#lib/abuse/wait-for-turn.ts';
import { AppError } from '#lib/platform/errors.ts';

export interface Guarded {
  userId: string;
  network: string | undefined;
  ip: string | undefined;
  /** Identifies the submission. An answer works for one submission, sent any number of times. */
  submission: string;
  /** The answer to an earlier challenge, if the request has one. */
  answer: string | undefined;
  /** What was not done, for the message: "Nothing was ordered". */
  nothing: string;
}

/**
 * Called when too many cards were declined around a submission. Undefined lets it through: it carries the
 * answer to a challenge, or it has waited for its turn. Otherwise returns the problem to answer with. No
 * work was started then, and the same submission is safe to send again.
 */
export async function askChallenge(guarded: Guarded): Promise<AppError | undefined> {
  const { userId, answer, nothing } = guarded;
  const checked = answer === undefined ? undefined : await checkAnswer({ ...guarded, answer });
  if (checked === 'good') {
    countChallenge('solved');
    return undefined;
  }
  const waitMs = await waitForTurn(guarded);
  if (waitMs === 0) {
    countChallenge('waited');
    return undefined;
  }
  countChallenge(checked === 'bad' ? 'refused' : 'asked');
  const seconds = Math.ceil(waitMs / 1_000);
  return new AppError('rate_limited', {
    detail: `Many cards were declined in a short time, so the shop checks who is paying. ${nothing}, and everything you typed is kept; send the same again with the answer to the challenge, or in ${seconds} s.`,
    retryAfterSeconds: seconds,
    extra: { challenge: makeChallenge(userId, { needsNoService: checked === 'unreachable' }) },
  });
}
