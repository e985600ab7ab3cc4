import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { waitForTurn } from '#lib/abuse/wait-for-turn.ts';
import { readCheckoutDraft } from '#lib/checkout/checkout-draft.ts';
import { db } from '#lib/platform/database/db.ts';
import { declareHostResolvesIp } from '#lib/platform/http/http.ts';
import { takeProcessWide } from '#lib/platform/process-wide.ts';
import { pingRedis, redisState } from '#lib/platform/redis/redis.ts';
import { type Call, callHandlers } from '#proof/harness/shopper/call.ts';
import { inTurns, type OrderBody, type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { challengeOf, workOut } from '#tests/support/challenge.ts';
import { conforming } from '#tests/support/contract/conforming.ts';
import { cardBody, declinedCard, orderOf } from '#tests/support/money.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct } from '#tests/support/shop/shop.ts';

/** Attackers test stolen cards in this shop: declines add up, and the next card needs a challenge. */

const { redis, simulator } = await openPayingShop({
  CHALLENGE_KIND: 'proof_of_work',
  CHALLENGE_DIFFICULTY: '8',
  DECLINES_PER_SHOPPER: '3',
  DECLINES_PER_NETWORK: '10',
  DECLINES_PER_EMAIL: '5',
  DECLINES_PER_CARD: '40',
  DECLINES_PER_SHOP: '30',
});
const ipHeader = declareHostResolvesIp();
const sku = await addProduct('GIFT-CARD', { available: 10_000 });

beforeEach(async () => {
  await redis.restore();
  await expect.poll(pingRedis).toBe(true);
  takeProcessWide('inProcessMemory');
});

/** Calls that come from one address. */
const from = (ip: string): Call =>
  conforming((path, init) => {
    const headers = new Headers(init?.headers);
    headers.set(ipHeader, ip);
    return callHandlers(path, { ...init, headers });
  });

let addresses = 0;
const newIp = () => `203.0.${Math.floor(++addresses / 250)}.${(addresses % 250) + 1}`;
const newEmail = () => `${randomUUID()}@example.com`;

const body = async (shopper: Shopper, change: Record<string, unknown> = {}): Promise<OrderBody> => ({
  ...(await cardBody(shopper, declinedCard)),
  email: newEmail(),
  ...change,
});
const withAnswer = (answer: string) => ({ 'once-challenge': answer });

/** A fresh session whose card is declined. */
async function declinedFrom(ip: string, change: Record<string, unknown> = {}) {
  const shopper = await shopperWith(from(ip), sku);
  const submission = await body(shopper, change);
  return { shopper, submission, response: await shopper.order(submission) };
}

/** A session that was declined three times: on its order and on two further attempts. */
async function threeTimesDeclined(ip = newIp()) {
  const { shopper, submission, response } = await declinedFrom(ip);
  const { order } = (await response.json()) as { order: { statusUrl: string } };
  const pay = (attempt: number, token = declinedCard, headers = {}) =>
    shopper.send('POST', `${order.statusUrl}/payments`, { attempt, method: 'card', token }, headers);
  expect([response.status, (await pay(2)).status, (await pay(3)).status]).toEqual([402, 402, 402]);
  return { shopper, submission, pay };
}

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
    await shopper.put(await addProduct(`NEXT-${addresses}`), 1);
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
