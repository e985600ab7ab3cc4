import { countOnce, keyOf, recall, remember } from '#lib/abuse/short-memory.ts';

/**
 * The way through for a browser without JavaScript and for a client that cannot answer a challenge:
 * to wait. A session is given a time from which on one submission goes through. The sessions of one
 * network wait one after the other, so that many sessions are no way around it. Where the network is not
 * known a session waits by itself: clients that share nothing would take each other's turns.
 */

/** Between two turns: slow for an attacker with a list of cards, bearable for a shopper. */
const stepMs = 15_000;

/** The longest wait, and the time after which turns that were used up are there again. */
const longestMs = 10 * 60_000;

/** After its time a turn stays good for as long as a person may take to press the button again. */
const usableMs = 15 * 60_000;

interface Waiting {
  userId: string;
  network: string | undefined;
  /** Names the submission that wants to go through. */
  submission: string;
}

/** 0 when the submission may go through now, else how long to wait until the same one may. */
export async function waitForTurn({ userId, network, submission }: Waiting): Promise<number> {
  // Turns are numbered, so that one which was used is followed by another.
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
 * Writes down from when on the session may go through; answers the time, in milliseconds since 1970.
 * Undefined when those it shares its turns with have left none. Copies of a submission that come at the
 * same moment take one turn.
 */
async function takeTurn(turn: string, sharedBy: string): Promise<string | undefined> {
  const shared = { member: turn, limit: longestMs / stepMs, windowMs: longestMs };
  const place = await countOnce(keyOf('turns', sharedBy), shared);
  if (place === undefined) return undefined;
  const waitMs = stepMs * place;
  return remember(turn, String(Date.now() + waitMs), waitMs + usableMs);
}
