import { countOnce, keyOf, recall, remember } from '#lib/abuse/short-memory.ts';

/**
 * The alternative for a browser without JavaScript, or a client that cannot answer a challenge, is to wait.
 * A session gets a time from which one submission may pass. The sessions of one network wait one after the
 * other, so that many sessions don't get around it. If the network is unknown, a session waits by itself:
 * unrelated clients would take each other's turns.
 */

/** The time between two turns: slow for an attacker with a list of cards, bearable for a shopper. */
const stepMs = 15_000;

/** The longest wait, and the time after which used turns become available again. */
const longestMs = 10 * 60_000;

/** How long a turn stays valid after its time: as long as a person may take to press the button again. */
const usableMs = 15 * 60_000;

interface Waiting {
  userId: string;
  network: string | undefined;
  /** Identifies the submission that wants to pass. */
  submission: string;
}

/** 0 if the submission may pass now, else how many milliseconds to wait until the same one may pass. */
export async function waitForTurn({ userId, network, submission }: Waiting): Promise<number> {
  // Turns are numbered, so that a used turn is followed by another.
  for (let number = 1; number <= longestMs / stepMs; number += 1) {
    const turn = keyOf(`turn:${number}`, userId);
    const standing = (await recall(turn)) ?? (await takeTurn(turn, network ?? userId));
    if (standing === undefined) return longestMs;
    const leftMs = Number(standing) - Date.now();
    if (leftMs > 0) return leftMs;
    const user = await remember(keyOf(`turn-used:${number}`, userId), submission, usableMs);
    if (user === submission) return 0;
  }
  return longestMs;
}

/**
 * Stores the time from which the session may pass, and returns it in milliseconds since 1970. Undefined if
 * all shared turns are taken. Concurrent copies of a submission take one turn.
 */
async function takeTurn(turn: string, sharedBy: string): Promise<string | undefined> {
  const shared = { member: turn, limit: longestMs / stepMs, windowMs: longestMs };
  const place = await countOnce(keyOf('turns', sharedBy), shared);
  if (place === undefined) return undefined;
  const waitMs = stepMs * place;
  return remember(turn, String(Date.now() + waitMs), waitMs + usableMs);
}
