import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { waitForTurn } from '#lib/abuse/wait-for-turn.ts';
import { readCheckoutDraft } from '#lib/checkout/checkout-draft.ts';
import { redisState } from '#lib/platform/redis/redis.ts';
import { type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { challengeOf, workOut } from '#tests/support/challenge.ts';
import { orderOf } from '#tests/support/money.ts';
import { addProduct } from '#tests/support/shop/shop.ts';
import { newEmail, newIp, openDecliningShop, withAnswer } from './declining-shop.ts';

/** A card that needs a challenge is charged with its answer, or after a wait. */

const { redis, sku, from, body, declinedFrom, threeTimesDeclined } = await openDecliningShop();

describe('an answer to a challenge', () => {
  async function challenged() {
    const ip = newIp();
    for (let card = 0; card < 10; card += 1) await declinedFrom(ip);
    const { shopper, submission, response } = await declinedFrom(ip);
    const challenge = await challengeOf(response);
    if (!challenge) throw new Error('no challenge');
    return { shopper, submission, challenge, answer: workOut(challenge) };
  }

  test('works for one submission, however often it is sent, and is no part of it', async () => {
    const { shopper, submission, answer } = await challenged();
    expect((await shopper.order(submission, withAnswer(answer))).status).toBe(402);
    expect((await shopper.order(submission, withAnswer('another'))).status).toBe(402);
    expect((await orderOf(shopper)).payments).toHaveLength(1);
    await shopper.put(await addProduct('NEXT'), 1);
    const next = await shopper.order(await body(shopper), withAnswer(answer));
    expect(await challengeOf(next)).toBeDefined();
  });

  test('from another session, of another challenge, invented or without proof of work is refused', async () => {
    const one = await challenged();
    const other = await challenged();
    const [end = '', ...rest] = one.challenge.id.split('.');
    const wrong = [
      other.answer,
      'nonsense',
      '~',
      `${one.challenge.id}~`,
      `${one.challenge.id}~x`,
      `${[Number(end) + 60_000, ...rest].join('.')}~0`,
      `${one.challenge.id}~${'9'.repeat(5_000)}`,
    ];
    for (const answer of wrong) {
      const response = await one.shopper.order(one.submission, withAnswer(answer));
      expect(await challengeOf(response), answer.slice(0, 80)).toBeDefined();
    }
    expect((await one.shopper.order(one.submission, withAnswer(one.answer))).status).toBe(402);
  });
});

describe('without an answer to the challenge', () => {
  /** Lets the shopper's turn come now instead of in some seconds. */
  async function letTurnCome(shopper: Shopper): Promise<void> {
    const key = `once:turn:1:{${shopper.userId}}`;
    expect(Number(await redis.command('GET', key))).toBeGreaterThan(Date.now());
    await redis.command('SET', key, Date.now() - 1, 'KEEPTTL');
  }

  test('the same submission is accepted after its wait, once', async () => {
    const { shopper, pay } = await threeTimesDeclined();
    const first = await pay(4);
    expect(Number(first.headers.get('retry-after'))).toBe(15);
    expect((await pay(4)).status).toBe(429);
    await letTurnCome(shopper);
    expect((await pay(4)).status).toBe(402);
    expect((await pay(5)).status).toBe(429);
  });

  test('sessions of one network wait one after the other', async () => {
    const ip = newIp();
    for (let card = 0; card < 10; card += 1) await declinedFrom(ip);
    const waits = [];
    for (let card = 0; card < 42; card += 1) {
      const { response } = await declinedFrom(ip);
      waits.push(Number(response.headers.get('retry-after')));
    }
    expect(waits.slice(0, 3)).toEqual([15, 30, 45]);
    expect(waits.slice(40)).toEqual([600, 600]);
    expect(await redis.command('KEYS', 'once:turn:*')).toHaveLength(40);
  });

  // What broke: each copy took a turn of the network, and a neighbour had to wait for all of them.
  test('many attempts of one session at the same moment take one turn', async () => {
    const network = newIp();
    const waitOf = async (userId: string) =>
      Math.ceil((await waitForTurn({ userId, network, submission: 'one' })) / 1_000);
    const userId = randomUUID();
    const waits = await Promise.all(Array.from({ length: 20 }, () => waitOf(userId)));
    expect(waits).toEqual(Array(20).fill(15));
    expect(await waitOf(randomUUID())).toBe(30);
  });

  // What broke: clients without a known network, as behind a proxy that TRUSTED_PROXIES does not name,
  // counted as one network. 40 requests used the turns of ten minutes for every shopper.
  test('sessions whose network is not known wait separately', async () => {
    const email = newEmail();
    const proxy = '127.0.0.1';
    for (let card = 0; card < 5; card += 1) await declinedFrom(proxy, { email });
    const waitOf = ({ response }: { response: Response }) => Number(response.headers.get('retry-after'));
    for (let card = 0; card < 41; card += 1) {
      expect(waitOf(await declinedFrom(proxy, { email }))).toBe(15);
    }
    const { shopper, pay } = await threeTimesDeclined(proxy);
    expect(waitOf({ response: await pay(4) })).toBe(15);
    await letTurnCome(shopper);
    expect((await pay(4)).status).toBe(402);
    // A session that tries a list of cards has to wait longer each time.
    expect(waitOf({ response: await pay(5) })).toBe(30);
  });

  test('a form returns with everything that was typed, and the plain form is accepted after the wait', async () => {
    const ip = newIp();
    for (let card = 0; card < 10; card += 1) await declinedFrom(ip);
    const shopper = await shopperWith(from(ip), sku);
    const submission = await body(shopper, { payment: { method: 'card', token: 'pm_card_visa' } });
    const refused = await shopper.orderByForm(submission);
    expect([refused.status, refused.headers.get('location')]).toEqual([303, '/checkout']);
    expect(refused.headers.get('retry-after')).toBe('15');
    const cookie = refused.headers.getSetCookie().find((one) => one.startsWith('once_checkout_draft='));
    const draft = readCheckoutDraft(shopper.userId, cookie?.split(';')[0]?.split('=')[1]);
    expect(draft?.problem?.code).toBe('rate_limited');
    expect(draft?.values).toMatchObject({ email: submission.email, 'shippingAddress.name': 'Ada Lovelace' });
    await letTurnCome(shopper);
    const placed = await shopper.orderByForm(submission);
    expect([placed.status, placed.headers.get('location')]).toEqual([
      303,
      expect.stringMatching(/^\/orders\//),
    ]);
    expect((await orderOf(shopper)).status).toBe('paid');
  });

  test('a form may send the answer in a field', async () => {
    const ip = newIp();
    for (let card = 0; card < 10; card += 1) await declinedFrom(ip);
    const { shopper, submission, response } = await declinedFrom(ip);
    const challenge = await challengeOf(response);
    if (!challenge) throw new Error('no challenge');
    const paying = { ...submission, payment: { method: 'card', token: 'pm_card_visa' } };
    const placed = await shopper.orderByForm({ ...paying, challenge: workOut(challenge) });
    expect(placed.headers.get('location')).toMatch(/^\/orders\//);
  });
});

test('while Redis is away this process counts, and each answer still works once', async () => {
  await redis.pause();
  const ip = newIp();
  try {
    // Wait until Redis counts as lost: from then on this process answers.
    for (let tries = 0; redisState() === 'up' && tries < 50; tries += 1) await declinedFrom(newIp());
    for (let card = 0; card < 10; card += 1) expect((await declinedFrom(ip)).response.status).toBe(402);
    const { shopper, submission, response } = await declinedFrom(ip);
    const challenge = await challengeOf(response);
    if (!challenge) throw new Error('no challenge');
    const answer = workOut(challenge);
    expect((await shopper.order(submission, withAnswer(answer))).status).toBe(402);
    await shopper.put(await addProduct('AWAY'), 1);
    expect((await shopper.order(await body(shopper), withAnswer(answer))).status).toBe(429);
  } finally {
    await redis.resume();
  }
});
