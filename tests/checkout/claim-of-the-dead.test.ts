import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { claimSubmission, completeClaim, isClaimed, releaseClaim } from '#lib/checkout/gateway/claim.ts';
import { openClient } from '#lib/platform/database/db-session.ts';
import { callHandlers, callUrl } from '#proof/harness/shopper/call.ts';
import { Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { startShopProcess } from '#tests/support/shop/another-process.ts';
import { addProduct, soldOf } from '#tests/support/shop/shop.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

/** What another process does with the claims of a killed process. */

const { redis, databaseUrl } = await openTestShop();

const keyOf = (userId: string, submitToken: string) => `once:{${userId}}:submission:${submitToken}`;
const leaseLeftMs = async () => {
  const [key = ''] = (await redis.command('KEYS', 'once:*:submission:*')) as string[];
  return (await redis.command('PTTL', key)) as number;
};

// What broke: a killed process blocked its shoppers' submissions for the 30 s of its lease.
test('a killed process’s submission, and the shopper’s next one, continue as soon as its heartbeat has expired', async () => {
  const another = await startShopProcess();
  // The process may give up its first call before it is connected, and would claim nothing.
  const hasPinged = async () => {
    await callUrl(another.url)('/api/ready');
    return redis.command('EXISTS', 'once:ping');
  };
  await expect.poll(hasPinged).toBe(1);
  const shopper = await shopperWith(callHandlers, await addProduct('KILLED'));
  const body = await shopper.body();
  const otherTab = await shopper.body({ shippingMethod: 'express' });
  const elsewhere = new Shopper(callUrl(another.url));
  elsewhere.cookie = shopper.cookie;
  const blocker = await openClient({ connectionString: databaseUrl });
  await blocker.query('BEGIN');
  await blocker.query('SELECT 1 FROM cart WHERE id = $1 FOR UPDATE', [body.cartId]);
  const lost = elsewhere.order(body).catch((error: Error) => error);
  const claims = () => redis.command('KEYS', 'once:*:submission:*');
  await expect.poll(claims).toHaveLength(1);
  another.child.kill('SIGKILL');
  await once(another.child, 'exit');
  expect(await lost).toBeInstanceOf(Error);
  await blocker.query('ROLLBACK');
  await blocker.end();

  const statuses: number[] = [];
  let leftMs = 0;
  while (statuses.at(-1) !== 201) {
    leftMs = await leaseLeftMs();
    statuses.push((await shopper.order(body)).status);
  }
  // Most of the lease's 30 s were left.
  expect(leftMs).toBeGreaterThan(10_000);
  expect((await shopper.order(otherTab)).status).toBe(200);
  expect(await soldOf('KILLED')).toEqual({ orders: 1, quantity: 1 });
});

/** A claim as another process leaves it. */
async function claimOfAnother(processId: string, alive: boolean) {
  const submission = { userId: randomUUID(), submitToken: randomUUID() };
  const owner = `${randomUUID()}@${processId}`;
  await redis.command('SET', keyOf(submission.userId, submission.submitToken), `p${owner}`, 'PX', 30_000);
  await redis.command('SET', `once:{${submission.userId}}:lock`, owner, 'PX', 30_000);
  if (alive) await redis.command('SET', `once:alive:{${processId}}`, '1');
  return submission;
}

test('a living process’s claim is kept and in progress, and a dead process’s is neither', async () => {
  const living = await claimOfAnother('living', true);
  const dead = await claimOfAnother('dead', false);
  expect([await isClaimed(living), await isClaimed(dead)]).toEqual([true, false]);
  expect(await claimSubmission(living)).toEqual({ state: 'in_progress', what: 'this' });
  const next = { ...living, submitToken: randomUUID() };
  expect(await claimSubmission(next)).toEqual({ state: 'in_progress', what: 'another' });
  const [one, two] = await Promise.all([claimSubmission(dead), claimSubmission(dead)]);
  expect([one.state, two.state].sort()).toEqual(['fresh', 'in_progress']);
});

test('a shopper whose last submission died may start another one', async () => {
  const dead = await claimOfAnother('gone', false);
  const next = { ...dead, submitToken: randomUUID() };
  expect((await claimSubmission(next)).state).toBe('fresh');
});

test('a submission that a dead process had completed is complete', async () => {
  const submission = { userId: randomUUID(), submitToken: randomUUID() };
  await redis.command('SET', keyOf(submission.userId, submission.submitToken), 'd');
  expect(await claimSubmission(submission)).toEqual({ state: 'done' });
});

test('a process with a claim sends a heartbeat, and a fresh claim waits for one call only', async () => {
  const submission = { userId: randomUUID(), submitToken: randomUUID() };
  const claim = await claimSubmission(submission);
  if (claim.state !== 'fresh') throw new Error(claim.state);
  const processId = claim.owner.split('@')[1];
  // The heartbeat is sent before the claim on the same connection, so it exists once the claim does.
  const leftMs = (await redis.command('PTTL', `once:alive:{${processId}}`)) as number;
  expect(leftMs).toBeGreaterThan(0);
  await completeClaim(submission, claim.owner);
  const calls = async () => {
    const stats = String(await redis.command('INFO', 'commandstats'));
    const of = (name: string) => Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
    return of('evalsha') + of('exists');
  };
  const before = await calls();
  const other = { userId: randomUUID(), submitToken: randomUUID() };
  const next = await claimSubmission(other);
  expect((await calls()) - before).toBe(1);
  if (next.state === 'fresh') await releaseClaim(other, next.owner);
});
