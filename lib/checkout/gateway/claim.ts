import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { dropClaim, holdClaim, isDead, ownerOf } from '#lib/checkout/gateway/heartbeat.ts';
import { processWide } from '#lib/platform/process-wide.ts';
import { type Asked, askRedis, redisState } from '#lib/platform/redis/redis.ts';
import { runScript } from '#lib/platform/redis/run-script.ts';

/**
 * The claim of a submission in Redis: lets one of many equal submissions through to the database
 * and gives the others its answer. It makes duplicates cheap and may be lost at any moment; that
 * no duplicate becomes an order is the database's work.
 */

/**
 * How long a claim stands without its owner: longer than a submission waits (3 s), is tried (5 s) and
 * is tried for the last time (8 s), so that only a database that hangs lets a claim run out. Then two
 * may be at work on one submission, which the database settles. The claim of a process that died is
 * taken over sooner: see heartbeat.ts.
 */
const claimLeaseMs = 30_000;

/** A Redis that is away for a moment is asked again to settle a claim, as long as the claim would stand. */
const settlePausesMs = [250, 500, 1_000, 2_000, 4_000, 8_000, 12_000];

/** Claims of one process that wait for that at the same time; those beyond run out by themselves. */
const maxUnsettled = 1_000;

/** How long Redis remembers that a submission made an order. Later replays meet it in the writer. */
const doneKeptMs = 24 * 3600 * 1000;

export type Claim =
  /** Ours now; or Redis did not answer and the database decides alone. */
  | { state: 'fresh'; owner: string }
  /** Another request has this submission in work, or another submission of this shopper. */
  | { state: 'in_progress'; what: 'this' | 'another' }
  /** It made an order, unless the database has lost it since: the database has the last word. */
  | { state: 'done' };

interface Submission {
  userId: string;
  submitToken: string;
}

/**
 * One call takes the submission's claim and the shopper's lock, or says what stands in the way. What
 * a dead owner (ARGV[3], '' for none) left behind stands in nobody's way.
 */
const claimScript = `
if ARGV[3] ~= '' then
  if redis.call('GET', KEYS[1]) == 'p' .. ARGV[3] then redis.call('DEL', KEYS[1]) end
  if redis.call('GET', KEYS[2]) == ARGV[3] then redis.call('DEL', KEYS[2]) end
end
local claim = redis.call('GET', KEYS[1])
if claim and claim ~= 'p' .. ARGV[1] then return claim end
local lock = redis.call('GET', KEYS[2])
if lock and lock ~= ARGV[1] then return 'l' .. lock end
redis.call('SET', KEYS[1], 'p' .. ARGV[1], 'PX', ARGV[2])
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return 'fresh'`;

/** The order is committed, so this replaces every claim; the lock goes only if it is ours. */
const completeScript = `
redis.call('SET', KEYS[1], 'd', 'PX', ARGV[2])
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
return 1`;

const releaseScript = `
if redis.call('GET', KEYS[1]) == 'p' .. ARGV[1] then redis.call('DEL', KEYS[1]) end
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
return 1`;

/** Only a done mark is removed: a claim that another request has taken since then stays. */
const forgetScript = `
local claim = redis.call('GET', KEYS[1])
if claim and string.sub(claim, 1, 1) == 'd' then redis.call('DEL', KEYS[1]) end
return 1`;

/**
 * A fresh claim costs one call. Only a claim that is found held by another process costs a second, to
 * see whether that process lives, and a third to take it over.
 */
export async function claimSubmission(submission: Submission): Promise<Claim> {
  const owner = ownerOf(randomUUID());
  holdClaim();
  let claim = await tryClaim(submission, owner, '');
  if (claim.state === 'in_progress' && (await isDead(claim.heldBy))) {
    claim = await tryClaim(submission, owner, claim.heldBy);
  }
  if (claim.state === 'fresh') return claim;
  dropClaim();
  return claim.state === 'done' ? claim : { state: 'in_progress', what: claim.what };
}

type Held = { state: 'in_progress'; what: 'this' | 'another'; heldBy: string };
type Found = Exclude<Claim, { state: 'in_progress' }> | Held;

async function tryClaim(submission: Submission, owner: string, dead: string): Promise<Found> {
  const args = [owner, String(claimLeaseMs), dead];
  const asked = await askRedis((redis) => runScript<string>(redis, claimScript, keysOf(submission), args));
  // Without an answer the claim may stand all the same, so it keeps its owner, who gives it back.
  if (!asked.answered || asked.value === 'fresh') return { state: 'fresh', owner };
  return readClaim(asked.value);
}

/**
 * Marks the submission as done, so that replays go straight to its order. Called after the order is
 * committed, never before. Resolves when Redis has it, or is not asked any more.
 */
export async function completeClaim(submission: Submission, owner: string): Promise<void> {
  const args = [owner, String(doneKeptMs)];
  dropClaim();
  await untilAnswered(() => askRedis((redis) => runScript(redis, completeScript, keysOf(submission), args)));
}

/**
 * Gives the claim back: nothing was created, and the next submission may try. Resolves when it is
 * given back, or is left to run out.
 */
export async function releaseClaim(submission: Submission, owner: string): Promise<void> {
  dropClaim();
  await untilAnswered(() =>
    askRedis((redis) => runScript(redis, releaseScript, keysOf(submission), [owner])),
  );
}

/** Removes the mark of a submission whose order the database has lost: it can be claimed again. */
export async function forgetDone(submission: Submission): Promise<void> {
  await askRedis((redis) => runScript(redis, forgetScript, keysOf(submission), []));
}

/** Both scripts may run twice: what they undo or write is the same. */
async function untilAnswered(ask: () => Promise<Asked<unknown>>): Promise<void> {
  if ((await ask()).answered || redisState() === 'off') return;
  const unsettled = processWide('unsettledClaims', () => ({ count: 0 }));
  if (unsettled.count >= maxUnsettled) return;
  unsettled.count += 1;
  try {
    for (const ms of settlePausesMs) {
      // A process that ends does not wait for this.
      await sleep(ms, undefined, { ref: false });
      if ((await ask()).answered) return;
    }
  } finally {
    unsettled.count -= 1;
  }
}

/** Whether a living process has the submission in work, as far as Redis knows. */
export async function isClaimed(submission: Submission): Promise<boolean> {
  const [key] = keysOf(submission);
  const asked = await askRedis((redis) => redis.get<string>(key));
  const claim = asked.answered && typeof asked.value === 'string' ? readClaim(asked.value) : undefined;
  return claim?.state === 'in_progress' && !(await isDead(claim.heldBy));
}

function readClaim(value: string): { state: 'done' } | Held {
  if (value.startsWith('d')) return { state: 'done' };
  return { state: 'in_progress', what: value.startsWith('l') ? 'another' : 'this', heldBy: value.slice(1) };
}

/** Both keys carry the shopper as hash tag, so that one script may touch both on a Redis cluster. */
function keysOf({ userId, submitToken }: Submission): [string, string] {
  return [`once:{${userId}}:submission:${submitToken}`, `once:{${userId}}:lock`];
}
