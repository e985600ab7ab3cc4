import { randomUUID } from 'node:crypto';
import { beforeEach, expect } from 'vitest';
import { declareHostResolvesIp } from '#lib/platform/http/http.ts';
import { takeProcessWide } from '#lib/platform/process-wide.ts';
import { pingRedis } from '#lib/platform/redis/redis.ts';
import { type Call, callHandlers } from '#proof/harness/shopper/call.ts';
import { type OrderBody, type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { conforming } from '#tests/support/contract/conforming.ts';
import { cardBody, declinedCard } from '#tests/support/money.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct } from '#tests/support/shop/shop.ts';

/** Opens a shop that asks for a challenge after a few declines. Call it once, at the top of the file. */
export async function openDecliningShop(env: Record<string, string> = {}) {
  const { redis, simulator } = await openPayingShop({
    CHALLENGE_KIND: 'proof_of_work',
    CHALLENGE_DIFFICULTY: '8',
    DECLINES_PER_SHOPPER: '3',
    DECLINES_PER_NETWORK: '10',
    DECLINES_PER_EMAIL: '5',
    DECLINES_PER_CARD: '40',
    DECLINES_PER_SHOP: '30',
    ...env,
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

  const body = async (shopper: Shopper, change: Record<string, unknown> = {}): Promise<OrderBody> => ({
    ...(await cardBody(shopper, declinedCard)),
    email: newEmail(),
    ...change,
  });

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

  return { redis, simulator, sku, from, body, declinedFrom, threeTimesDeclined };
}

let addresses = 0;
export const newIp = () => `203.0.${Math.floor(++addresses / 250)}.${(addresses % 250) + 1}`;
export const newEmail = () => `${randomUUID()}@example.com`;
export const withAnswer = (answer: string) => ({ 'once-challenge': answer });
