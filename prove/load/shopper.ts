import { setTimeout as sleep } from 'node:timers/promises';
import { type Call, type CallKind, type History, hashOf, type Reply } from '../history.ts';
import type { Random } from '../random.ts';
import { ask } from './ask.ts';

/** A submission as it is sent, as often as one likes. */
export interface Submission {
  shopper: string;
  cookie: string;
  token: string;
  cart: string;
  body: string;
}

export interface Shop {
  /** The ports at which it is reached: its processes, and nginx before them. */
  doors: readonly number[];
  history: History;
}

interface Quote {
  submitToken: string;
  cartId: string;
  cartVersion: number;
  totalMinor: number;
  currency: string;
}

/** What is said of an order that was placed. */
export interface Placed {
  status: number;
  orderId: string | undefined;
}

/** Whoever is told "perhaps" asks again until they know; this is when they go and read a book instead. */
const givesUpAfterMs = 45_000;
const pausesMs = [100, 200, 400, 800, 1_200];

const address = {
  name: 'Ada Lovelace',
  line1: '12 St James’s Square',
  line2: null,
  city: 'Springfield',
  region: 'IL',
  postalCode: '62701',
  country: 'US',
};

/** One client with its cookie, that never asks the same process twice in a row if it can help it. */
export class Shopper {
  readonly #shop: Shop;
  readonly #random: Random;
  cookie = '';
  id = '';

  constructor(shop: Shop, random: Random) {
    this.#shop = shop;
    this.#random = random;
  }

  async call(
    kind: CallKind,
    method: string,
    path: string,
    {
      app = this.#random.between(0, this.#shop.doors.length - 1),
      body,
      ...about
    }: { app?: number; body?: string } & Partial<Call> = {},
  ): Promise<Reply | undefined> {
    const port = this.#shop.doors[app] as number;
    const headers: Record<string, string> = about.token ? { 'idempotency-key': about.token } : {};
    return this.#shop.history.record({ kind, app, shopper: this.id, ...about }, async () => {
      const reply = await ask({
        port,
        method,
        path,
        cookie: this.cookie,
        headers,
        ...(body !== undefined && { body }),
      });
      if (!this.cookie) this.#keepSession(reply.setCookie);
      return reply;
    });
  }

  #keepSession(cookies: string[]): void {
    const session = cookies.find((cookie) => cookie.startsWith('once_session='))?.split(';')[0];
    if (!session) return;
    this.cookie = session;
    this.id = session.slice('once_session='.length).split('.')[0] ?? '';
  }

  /** Tries until the answer is a success. Gives undefined when patience is over or nothing more can come of it. */
  async #until(attempt: () => Promise<Reply | undefined>): Promise<Record<string, unknown> | undefined> {
    const until = performance.now() + givesUpAfterMs;
    for (let tries = 0; performance.now() < until; tries += 1) {
      const reply = await attempt();
      if (reply && reply.status < 300) return JSON.parse(reply.body.toString('utf8'));
      if (reply && reply.status < 500 && reply.status !== 429) return undefined;
      await this.#pause(tries);
    }
    return undefined;
  }

  #pause(tries: number): Promise<unknown> {
    return sleep((pausesMs[Math.min(tries, pausesMs.length - 1)] as number) * (0.5 + this.#random.next()));
  }

  async put(sku: string, quantity: number): Promise<boolean> {
    const body = JSON.stringify({ quantity });
    return (
      (await this.#until(() => this.call('cart', 'PUT', `/api/cart/lines/${sku}`, { body }))) !== undefined
    );
  }

  /** A submission of the cart as it is now; undefined where there is nothing to be had. */
  async submission(
    payment: Record<string, unknown>,
    { shippingMethod = 'standard', email = 'ada@example.com', ...more }: Record<string, unknown> = {},
  ): Promise<Submission | undefined> {
    const path = `/api/checkout?shippingMethod=${shippingMethod}&country=US`;
    const quote = (await this.#until(() => this.call('quote', 'GET', path))) as Quote | undefined;
    if (!quote) return undefined;
    const { submitToken, cartId, cartVersion, totalMinor, currency } = quote;
    const body = JSON.stringify({
      submitToken,
      cartId,
      cartVersion,
      totalMinor,
      currency,
      email,
      shippingMethod,
      shippingAddress: address,
      payment,
      ...more,
    });
    return { shopper: this.id, cookie: this.cookie, token: submitToken, cart: cartId, body };
  }

  /** Sends a submission once. */
  submit({ token, cart, body }: Submission, app?: number): Promise<Reply | undefined> {
    const about = { token, cart, sent: hashOf(body), body };
    return this.call('order', 'POST', '/api/orders', app === undefined ? about : { ...about, app });
  }

  /** Sends it again until the answer says what became of it. */
  async submitUntilKnown(submission: Submission): Promise<Placed | undefined> {
    const until = performance.now() + givesUpAfterMs;
    for (let tries = 0; performance.now() < until; tries += 1) {
      const reply = await this.submit(submission);
      const placed = reply && placedOf(reply);
      if (placed) return placed;
      await this.#pause(tries);
    }
    return undefined;
  }

  /** Sends copies at the same time, each by another door, and then what is left open once more. */
  async submitAtOnce(submission: Submission, copies: number): Promise<Placed | undefined> {
    const { length } = this.#shop.doors;
    const first = this.#random.between(0, length - 1);
    const spread = Array.from({ length: copies }, () => this.#random.between(0, 60));
    const replies = await Promise.all(
      spread.map(async (ms, index) => {
        if (index > 0) await sleep(ms);
        return this.submit(submission, (first + index) % length);
      }),
    );
    const known = replies.map((reply) => reply && placedOf(reply)).find((placed) => placed !== undefined);
    return known ?? this.submitUntilKnown(submission);
  }

  /** Pays an order whose card was declined, with the next attempt. */
  async pay(orderId: string, attempt: number): Promise<void> {
    const body = JSON.stringify({ attempt, method: 'card', token: 'pm_card_visa' });
    const path = `/api/orders/${orderId}/payments`;
    await this.#until(() => this.call('pay', 'POST', path, { body, order: orderId }));
  }

  async cancel(orderId: string): Promise<void> {
    await this.#until(() => this.call('cancel', 'POST', `/api/orders/${orderId}/cancel`, { order: orderId }));
  }

  async read(orderId: string, kind: 'read' | 'snoop' = 'read'): Promise<void> {
    await this.call(kind, 'GET', `/api/orders/${orderId}`, { order: orderId });
  }
}

/** What an answer says for good; undefined where it may still become something else. */
function placedOf({ status, body }: Reply): Placed | undefined {
  if (status >= 500 || status === 429) return undefined;
  const { code, order } = JSON.parse(body.toString('utf8')) as { code?: string; order?: { id?: string } };
  return code === 'in_progress' ? undefined : { status, orderId: order?.id };
}
