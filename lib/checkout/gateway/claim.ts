import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { dropClaim, holdClaim, isDead, ownerOf } from '#lib/checkout/gateway/heartbeat.ts';
import { processWide } from '#lib/platform/process-wide.ts';
import { type Asked, askRedis, redisState } from '#lib/platform/redis/redis.ts';
import { runScript } from '#lib/platform/redis/run-script.ts';

/**
 * The claim on a submission in Redis. It lets one of many equal submissions through to the database and
 * gives the others its answer. The claim makes duplicates cheap, and it may be lost at any moment. The
 * database guarantees that no duplicate becomes an order.
 */

/**
 * The lease of a claim. Exceeds queue wait (3 s) + retries (5 s) + last attempt (8 s), so a claim expires
 * only when the database hangs. Two requests may then work on one submission, and the database decides.
 * The claim of a dead process is taken over sooner: see heartbeat.ts.
 */
const claimLeaseMs = 30_000;

/** Pauses between retries to end a claim while Redis is away. Their sum stays below the lease. */
const endPausesMs = [250, 500, 1_000, 2_000, 4_000, 8_000, 12_000];

/** Claims of one process that are retried at the same time; any others expire. */
const maxRetriedClaims = 1_000;

/** How long Redis remembers that a submission made an order. Later replays are answered by the writer. */
const doneKeptMs = 24 * 3600 * 1000;

export type Claim =
  /** This request holds the claim; or Redis did not answer and the database decides alone. */
  | { state: 'fresh'; owner: string }
  /** Another request is working on this submission, or on another submission of this shopper. */
  | { state: 'in_progress'; what: 'this' | 'another' }
  /** It made an order. The database may have lost the order since, so the caller must check. */
  | { state: 'done' };

interface Submission {
  userId: string;
  submitToken: string;
}

/**
 * Takes the claim of the submission and the lock of the shopper in one call, or returns what blocks it.
 * First deletes what a dead owner (ARGV[3], '' for none) left behind.
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

/** The order is committed, so this replaces any claim. The lock is deleted only if this owner holds it. */
const completeScript = `
redis.call('SET', KEYS[1], 'd', 'PX', ARGV[2])
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
return 1`;

const releaseScript = `
if redis.call('GET', KEYS[1]) == 'p' .. ARGV[1] then redis.call('DEL', KEYS[1]) end
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
return 1`;

/** Removes only a done mark; a claim that another request has taken since then stays. */
const forgetScript = `
local claim = redis.call('GET', KEYS[1])
if claim and string.sub(claim, 1, 1) == 'd' then redis.call('DEL', KEYS[1]) end
return 1`;

/**
 * A fresh claim costs one Redis call. Only when another process holds the claim is there a second call, to
 * check whether that process is alive, and a third to take the claim over.
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
  // Without an answer the claim may have been taken all the same, so the owner is kept to release it.
  if (!asked.answered || asked.value === 'fresh') return { state: 'fresh', owner };
  return readClaim(asked.value);
}

/**
 * Marks the submission as done, so that replays are answered with its order. Call it only after the order
 * is committed. Resolves when Redis has the mark or the retries have ended.
 */
export async function completeClaim(submission: Submission, owner: string): Promise<void> {
  const args = [owner, String(doneKeptMs)];
  dropClaim();
  await untilAnswered(() => askRedis((redis) => runScript(redis, completeScript, keysOf(submission), args)));
}

/**
 * Releases the claim: no order was created, and the next submission may try. Resolves when the claim is
 * released or left to expire.
 */
export async function releaseClaim(submission: Submission, owner: string): Promise<void> {
  dropClaim();
  await untilAnswered(() =>
    askRedis((redis) => runScript(redis, releaseScript, keysOf(submission), [owner])),
  );
}

/** Removes the done mark of a submission whose order the database has lost, so it can be claimed again. */
export async function forgetDone(submission: Submission): Promise<void> {
  await askRedis((redis) => runScript(redis, forgetScript, keysOf(submission), []));
}

/** Retries until Redis answers. Both scripts are idempotent, so they may run twice. */
async function untilAnswered(ask: () => Promise<Asked<unknown>>): Promise<void> {
  if ((await ask()).answered || redisState() === 'off') return;
  const retried = processWide('retriedClaims', () => ({ count: 0 }));
  if (retried.count >= maxRetriedClaims) return;
  retried.count += 1;
  try {
    for (const ms of endPausesMs) {
      // `ref: false`: a process that exits does not wait for this.
      await sleep(ms, undefined, { ref: false });
      if ((await ask()).answered) return;
    }
  } finally {
    retried.count -= 1;
  }
}

/** Whether a live process is working on the submission, as far as Redis knows. */
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

/** Both keys use the shopper as hash tag, so that one script can use both on a Redis cluster. */
function keysOf({ userId, submitToken }: Submission): [string, string] {
  return [`once:{${userId}}:submission:${submitToken}`, `once:{${userId}}:lock`];
}
