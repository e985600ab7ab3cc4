import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { claimSubmission, completeClaim, isClaimed, releaseClaim } from '#lib/checkout/gateway/claim.ts';
import { redisState } from '#lib/platform/redis/redis.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

/** The claim in Redis alone: which submission continues, which waits, and which gets an answer. */

const { redis } = await openTestShop();

const submissionOf = (userId: string = randomUUID()) => ({ userId, submitToken: randomUUID() });

async function claimed(submission: { userId: string; submitToken: string }): Promise<string> {
  const claim = await claimSubmission(submission);
  if (claim.state !== 'fresh') throw new Error(`the claim is ${claim.state}`);
  return claim.owner;
}

test('of equal submissions one continues, and when it is done the others get its answer', async () => {
  const submission = submissionOf();
  const claims = await Promise.all(Array.from({ length: 20 }, () => claimSubmission(submission)));
  const fresh = claims.flatMap((claim) => (claim.state === 'fresh' ? [claim.owner] : []));
  expect(fresh).toHaveLength(1);
  const others = claims.filter(({ state }) => state !== 'fresh');
  expect(others).toEqual(Array(19).fill({ state: 'in_progress', what: 'this' }));
  await completeClaim(submission, fresh[0] ?? '');
  expect(await claimSubmission(submission)).toEqual({ state: 'done' });
});

test('a shopper has one submission in progress at a time, and the next may start when it is over', async () => {
  const first = submissionOf();
  const second = submissionOf(first.userId);
  const owner = await claimed(first);
  expect(await claimSubmission(second)).toEqual({ state: 'in_progress', what: 'another' });
  expect((await claimSubmission(submissionOf())).state).toBe('fresh');
  await completeClaim(first, owner);
  const next = await claimed(second);
  await releaseClaim(second, next);
  expect((await claimSubmission(second)).state).toBe('fresh');
});

test('a submission that lost its claim does not release another’s, and its answer counts all the same', async () => {
  const submission = submissionOf();
  const other = submissionOf(submission.userId);
  await claimed(submission);
  await releaseClaim(submission, randomUUID());
  expect((await claimSubmission(submission)).state).toBe('in_progress');
  await completeClaim(submission, randomUUID());
  expect(await claimSubmission(submission)).toEqual({ state: 'done' });
  // The other submission holds the lock until it releases it.
  expect((await claimSubmission(other)).state).toBe('in_progress');
});

test('a submission is in progress from its claim to its end, and not after it', async () => {
  const submission = submissionOf();
  expect(await isClaimed(submission)).toBe(false);
  const owner = await claimed(submission);
  expect(await isClaimed(submission)).toBe(true);
  await completeClaim(submission, owner);
  expect(await isClaimed(submission)).toBe(false);
});

// What broke: a refused submission stayed "in progress" for half a minute because Redis was away for a
// second.
test('a claim that ends while Redis is away for a moment is released when Redis is back', async () => {
  const [given, done] = [submissionOf(), submissionOf()];
  const owners = [await claimed(given), await claimed(done)];
  await redis.pause();
  // Wait until Redis counts as lost: a command that is not sent cannot arrive late.
  while (redisState() === 'up') await isClaimed(given);
  const ends = [releaseClaim(given, owners[0] ?? ''), completeClaim(done, owners[1] ?? '')];
  // Longer than a call waits for Redis.
  await sleep(600);
  await redis.resume();
  await Promise.all(ends);
  expect((await claimSubmission(given)).state).toBe('fresh');
  expect(await claimSubmission(done)).toEqual({ state: 'done' });
});
