import { describe, expect, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import { pingRedis } from '#lib/platform/redis/redis.ts';
import { inTurns, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { challengeOf, workOut } from '#tests/support/challenge.ts';
import { declinedCard, orderOf } from '#tests/support/money.ts';
import { newIp, openDecliningShop, withAnswer } from './declining-shop.ts';

/** Attackers test stolen cards in this shop: declines add up, and the next card needs a challenge. */

const { redis, simulator, sku, from, body, declinedFrom, threeTimesDeclined } = await openDecliningShop();

describe('declines pile up', () => {
  // What broke: 64 cards from 64 fresh sessions on one address were all charged; none was limited.
  test('from one network: of 64 cards in 64 sessions ten reach the bank', async () => {
    const ip = newIp();
    const answers = [];
    for (let card = 0; card < 64; card += 1) answers.push((await declinedFrom(ip)).response);
    const statuses = answers.map(({ status }) => status);
    expect(statuses).toEqual([...Array(10).fill(402), ...Array(54).fill(429)]);
    const last = answers.at(-1) as Response;
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(await last.json()).toMatchObject({
      code: 'rate_limited',
      retryable: true,
      challenge: { kind: 'proof_of_work', header: 'Once-Challenge', field: 'challenge' },
    });
    // Other networks are not affected, and an invoice does not count as a card.
    expect((await declinedFrom(newIp())).response.status).toBe(402);
    expect((await declinedFrom(ip, { payment: { method: 'invoice' } })).response.status).toBe(201);
  });

  // What broke: Redis answered late once, so its count stayed one behind, and an eleventh card reached the bank.
  test('from one network: declines that Redis missed are counted all the same', async () => {
    const ip = newIp();
    const statuses: number[] = [];
    for (let card = 0; card < 12; card += 1) {
      if (card === 3) await redis.pause();
      if (card === 5) {
        await redis.resume();
        await expect.poll(pingRedis).toBe(true);
      }
      statuses.push((await declinedFrom(ip)).response.status);
    }
    expect(statuses).toEqual([...Array(10).fill(402), 429, 429]);
  });

  // What broke: a decline is counted only after the bank has answered, so 80 cards that were sent at the same
  // moment all reached it.
  test('from one network: of 80 cards sent at the same moment thirty reach the bank', async () => {
    const ip = newIp();
    const ready = await inTurns(80, async () => {
      const shopper = await shopperWith(from(ip), sku);
      return { shopper, submission: await body(shopper) };
    });
    const charged = simulator.ledger().length;
    const answers = await Promise.all(ready.map(({ shopper, submission }) => shopper.order(submission)));
    expect(simulator.ledger()).toHaveLength(charged + 30);
    expect(answers.filter(({ status }) => status === 402)).toHaveLength(30);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused && (await challengeOf(refused))).toBeDefined();
  });

  test('from one network: cards that the bank has answered leave room for others', async () => {
    const ip = newIp();
    const good = { payment: { method: 'card', token: 'pm_card_visa' } };
    for (let card = 0; card < 32; card += 1) {
      expect((await declinedFrom(ip, good)).response.status).toBe(201);
    }
  });

  test('in one session: the fourth card needs a challenge, and is charged with its answer', async () => {
    const { shopper, pay } = await threeTimesDeclined();
    const charged = simulator.ledger().length;
    const challenged = await pay(4, 'pm_card_visa');
    const challenge = await challengeOf(challenged);
    if (!challenge) throw new Error('no challenge');
    expect(simulator.ledger()).toHaveLength(charged);
    const answer = workOut(challenge);
    const paid = await pay(4, 'pm_card_visa', withAnswer(answer));
    expect(paid.status).toBe(201);
    // The same attempt again is a replay, with or without the answer.
    expect((await pay(4, 'pm_card_visa')).status).toBe(201);
    expect((await orderOf(shopper)).status).toBe('paid');
  });

  test.each<[string, (card: number) => Record<string, unknown>, number]>([
    ['email', () => ({ email: 'one@example.com' }), 5],
    ['email with tags', (card) => ({ email: `Tagged+${card}@example.com` }), 5],
    ['shop', () => ({}), 30],
  ])('count for one %s, whatever the network and the session', async (_level, change, limit) => {
    for (let card = 0; card < limit; card += 1) {
      expect((await declinedFrom(newIp(), change(card))).response.status).toBe(402);
    }
    // A challenge, not a refusal: the shop stays open.
    const { shopper, submission, response } = await declinedFrom(newIp(), change(limit));
    const challenge = await challengeOf(response);
    if (!challenge) throw new Error(`answered ${response.status}`);
    const paying = { ...submission, payment: { method: 'card', token: 'pm_card_visa' } };
    expect((await shopper.order(paying, withAnswer(workOut(challenge)))).status).toBe(201);
  });

  test('count for one card, and cards that were charged count for nothing', async () => {
    const token = 'pm_card_visa_chargeDeclinedStolenCard';
    for (let card = 0; card < 6; card += 1) {
      expect((await declinedFrom(newIp(), { payment: { method: 'card', token } })).response.status).toBe(402);
      const good = { payment: { method: 'card', token: 'pm_card_visa' }, email: 'good@example.com' };
      expect((await declinedFrom('198.51.100.7', good)).response.status).toBe(201);
    }
  });
});

test('a submission that made an order is answered as before, never challenged', async () => {
  const { shopper, submission } = await threeTimesDeclined();
  for (const flush of [false, true]) {
    if (flush) await redis.flush();
    const again = await shopper.order(submission);
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([402, 'true']);
  }
});

test('an invoice makes no Redis call about declines, and a card makes no extra one', async () => {
  const gets = async () =>
    Number(/cmdstat_get:calls=(\d+)/.exec(String(await redis.command('INFO', 'commandstats')))?.[1] ?? 0);
  const invoice = { payment: { method: 'invoice' } };
  const good = { payment: { method: 'card', token: 'pm_card_visa' } };
  let before = await gets();
  const asked = async () => (await gets()) - before;
  expect((await declinedFrom(newIp(), invoice)).response.status).toBe(201);
  // The scripts that take the claim and complete it. The second one runs after the answer.
  await expect.poll(asked).toBe(3);
  before = await gets();
  expect((await declinedFrom(newIp(), good)).response.status).toBe(201);
  await expect.poll(asked).toBe(3 + 5);
});

test('the counters hold neither an email nor a card', async () => {
  const email = 'visible@example.com';
  await declinedFrom(newIp(), { email });
  await expect
    .poll(async () => ((await redis.command('KEYS', 'once:declines:*')) as string[]).length)
    .toBe(5);
  const keys = ((await redis.command('KEYS', '*')) as string[]).join('\n');
  expect(keys).not.toContain(email);
  expect(keys).not.toContain(declinedCard);
  for (const key of (await redis.command('KEYS', 'once:declines:*')) as string[]) {
    expect(Number(await redis.command('PTTL', key))).toBeGreaterThan(0);
  }
  expect(await db().order.count({ where: { email } })).toBe(1);
});
