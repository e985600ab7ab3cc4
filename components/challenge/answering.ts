import { showChallenge } from '#components/challenge/asked-challenge.ts';
import { solveWork } from '#components/challenge/solve-work.ts';
import type { Challenge } from '#lib/abuse/schema.ts';

/** A shopper who takes longer has left the page. The challenge itself expires a minute later. */
const personMs = 4 * 60_000;

/** One answer may be too late, and a proof of work may replace a widget. */
const maxAnswers = 3;

interface Answered {
  status: number;
  body: Record<string, unknown>;
}

/**
 * Sends a request, answers the challenge that it may get, and sends the same request again. `send` gets
 * the headers to add. Returns the last answer of `send`. If the challenge could not be solved, that is
 * the `429`, which says how long to wait instead.
 */
export async function answering<Answer extends Answered>(
  send: (headers: Record<string, string>) => Promise<Answer | undefined>,
): Promise<Answer | undefined> {
  let answer = await send({});
  for (let answers = 0; answers < maxAnswers; answers += 1) {
    const challenge = challengeIn(answer);
    const solved = challenge && (await solve(challenge));
    if (!solved) return answer;
    answer = await send({ [challenge.header]: solved });
  }
  return answer;
}

function challengeIn(answer: Answered | undefined): Challenge | undefined {
  const challenge = answer?.status === 429 ? (answer.body.challenge as Challenge | undefined) : undefined;
  return typeof challenge?.id === 'string' ? challenge : undefined;
}

async function solve(challenge: Challenge): Promise<string | undefined> {
  const { kind, id, difficulty } = challenge;
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    if (kind === 'proof_of_work') {
      if (difficulty === undefined) return undefined;
      showChallenge({ challenge, respond: () => undefined });
      return await solveWork({ id, difficulty });
    }
    const solution = await new Promise<string | undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), personMs);
      showChallenge({ challenge, respond: resolve });
    });
    return solution && `${id}~${solution}`;
  } finally {
    clearTimeout(timer);
    showChallenge(undefined);
  }
}
