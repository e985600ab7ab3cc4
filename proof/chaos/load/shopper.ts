import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Call,
  type CallKind,
  type Confirmed,
  type History,
  hashOf,
  type Reply,
} from '#proof/chaos/checker/history.ts';
import type { Random } from '#proof/harness/random.ts';
import { ask } from './ask.ts';
import { homeOf } from './networks.ts';

/** A submission that can be sent any number of times. */
export interface Submission {
  who: Identity;
  token: string;
  cart: string;
  confirmed: Confirmed;
  body: string;
  bankDecides?: true;
}

/** A client and the shopper that the shop takes it for. */
interface Identity {
  client: number;
  /** The id in the session cookie. */
  shopper: string;
  cookie: string;
}

export interface Shop {
  /** The ports at which clients reach the shop: its processes, and nginx in front of them. */
  doors: readonly number[];
  /** The entrance that all calls use; any of them if undefined. */
  only?: number;
  /** The network of all clients; if undefined, each client has its own. */
  network?: string;
  /** The port of the operator, who fulfils orders. Without it no order is fulfilled. */
  operator?: number;
  history: History;
}

interface Quote {
  submitToken: string;
  cartId: string;
  cartVersion: number;
  totalMinor: number;
  currency: string;
}

/** The outcome of a placed order. */
export interface Placed {
  status: number;
  orderId: string | undefined;
}

/** A client retries an answer without an outcome. After this time it gives up. */
const givesUpAfterMs = 45_000;
/** The operator's entrance, next to those for shoppers. */
const operatorDoor = 3;
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

/** One client with its cookie. It avoids asking the same process twice in a row. */
export class Shopper {
  readonly #shop: Shop;
  /** A sequence of its own: the number of retries must not change what the script chooses next. */
  readonly #random: Random;
  /** Items in the cart that aren't ordered yet. */
  readonly #lines = new Map<string, number>();
  readonly client: number;
  cookie = '';
  id = '';

  /** A new client or, with `who`, an earlier one. */
  constructor(shop: Shop, random: Random, who?: Identity) {
    this.#shop = shop;
    this.#random = random.fork('doors and pauses');
    this.client = who?.client ?? shop.history.newClient();
    if (who) [this.id, this.cookie] = [who.shopper, who.cookie];
  }

  async call(
    kind: CallKind,
    method: string,
    path: string,
    {
      app = this.#shop.only ?? this.#random.between(0, this.#shop.doors.length - 1),
      body,
      ...about
    }: { app?: number; body?: string } & Partial<Call> = {},
  ): Promise<Reply | undefined> {
    const port = this.#shop.doors[app] as number;
    const headers: Record<string, string> = {
      'x-forwarded-for': this.#shop.network ?? homeOf(this.client),
      ...(about.token && { 'idempotency-key': about.token }),
    };
    const { client, id: shopper } = this;
    return this.#shop.history.record({ kind, app, client, shopper, ...about }, async () => {
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

  /**
   * Retries until the answer is a success. Resolves with undefined after the time limit, or when retries
   * are useless.
   */
  async #until(attempt: () => Promise<Reply | undefined>): Promise<Record<string, unknown> | undefined> {
    const until = performance.now() + givesUpAfterMs;
    for (let tries = 0; performance.now() < until; tries += 1) {
      const reply = await attempt();
      if (reply && reply.status < 300) return JSON.parse(reply.body.toString('utf8'));
      if (reply && !saysNothing(reply) && !isOpen(reply)) return undefined;
      await this.#pause(tries);
    }
    return undefined;
  }

  #pause(tries: number): Promise<unknown> {
    return sleep((pausesMs[Math.min(tries, pausesMs.length - 1)] as number) * (0.5 + this.#random.next()));
  }

  async put(sku: string, quantity: number): Promise<boolean> {
    const body = JSON.stringify({ quantity });
    const cart = await this.#until(() => this.call('cart', 'PUT', `/api/cart/lines/${sku}`, { body }));
    if (!cart) return false;
    if (quantity > 0) this.#lines.set(sku, quantity);
    else this.#lines.delete(sku);
    return true;
  }

  /** A submission of the current cart; undefined where nothing can be ordered. */
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
    return {
      who: { client: this.client, shopper: this.id, cookie: this.cookie },
      token: submitToken,
      cart: cartId,
      confirmed: { lines: this.#lines.size > 0 ? Object.fromEntries(this.#lines) : undefined, totalMinor },
      body,
      ...(isLeftToTheBank(payment) && { bankDecides: true as const }),
    };
  }

  /** Sends a submission once. */
  async submit(
    { token, cart, confirmed, body, bankDecides }: Submission,
    how: { app?: number; again?: true } = {},
  ): Promise<Reply | undefined> {
    const about = {
      ...{ token, cart, confirmed, sent: hashOf(body), body, ...how },
      ...(bankDecides && { bankDecides }),
    };
    const reply = await this.call('order', 'POST', '/api/orders', about);
    // The order exists, so later items go into another cart.
    if (reply && (reply.status < 300 || reply.status === 402)) this.#lines.clear();
    return reply;
  }

  /** Sends it again until the answer tells its outcome. */
  async submitUntilKnown(
    submission: Submission,
    how: { app?: number; again?: true } = {},
  ): Promise<Placed | undefined> {
    const until = performance.now() + givesUpAfterMs;
    for (let tries = 0; performance.now() < until; tries += 1) {
      const reply = await this.submit(submission, how);
      const placed = reply && placedOf(reply);
      if (placed) return placed;
      await this.#pause(tries);
    }
    return undefined;
  }

  /** Sends copies at the same time through different entrances, then retries until the outcome is known. */
  async submitAtOnce(submission: Submission, copies: number): Promise<Placed | undefined> {
    const { length } = this.#shop.doors;
    const first = this.#random.between(0, length - 1);
    const spread = Array.from({ length: copies }, () => this.#random.between(0, 60));
    const replies = await Promise.all(
      spread.map(async (ms, index) => {
        if (index > 0) await sleep(ms);
        return this.submit(submission, { app: (first + index) % length });
      }),
    );
    const known = replies.map((reply) => reply && placedOf(reply)).find((placed) => placed !== undefined);
    return known ?? this.submitUntilKnown(submission);
  }

  /** Pays an order whose card was declined, with the next attempt. */
  async pay(orderId: string, attempt: number): Promise<void> {
    const body = JSON.stringify({ attempt, method: 'card', token: 'pm_card_visa' });
    const path = `/api/orders/${orderId}/payments`;
    await this.#until(() => this.call('pay', 'POST', path, { body, order: orderId, attempt }));
  }

  async cancel(orderId: string): Promise<void> {
    await this.#until(() => this.call('cancel', 'POST', `/api/orders/${orderId}/cancel`, { order: orderId }));
  }

  /**
   * Answers at the bank once the order has its address, then closes the tab: the shop hears about it
   * from the provider alone. Resolves with the answer given, or undefined.
   */
  async answerBank(orderId: string, waitMs: number): Promise<'confirm' | 'refuse' | undefined> {
    const until = performance.now() + givesUpAfterMs;
    for (let tries = 0; performance.now() < until; tries += 1) {
      const reply = await this.read(orderId);
      if (reply?.status === 200) {
        const { status, payments = [] } = JSON.parse(reply.body.toString('utf8')) as LiveOrder;
        const url = payments.at(-1)?.actionUrl;
        if (!url && status !== 'payment_pending' && status !== 'payment_unknown') return undefined;
        if (url) {
          await sleep(waitMs);
          const answer = this.#random.chance(0.6) ? 'confirm' : 'refuse';
          const body = new URLSearchParams({ answer });
          await fetch(url, { method: 'POST', body, redirect: 'manual' });
          return answer;
        }
      }
      await this.#pause(tries);
    }
    return undefined;
  }

  /** The operator ships the order, if the shop lets them. */
  async beFulfilled(orderId: string): Promise<void> {
    const { operator: port, history } = this.#shop;
    if (port === undefined) return;
    const { client, id: shopper } = this;
    const path = `/fulfil?user=${shopper}&order=${orderId}`;
    const askedAtMs = Date.now();
    await history.record(
      { kind: 'fulfil', app: operatorDoor, client, shopper, order: orderId, askedAtMs },
      () => ask({ port, method: 'POST', path }),
    );
  }

  read(orderId: string, kind: 'read' | 'snoop' = 'read'): Promise<Reply | undefined> {
    return this.call(kind, 'GET', `/api/orders/${orderId}`, { order: orderId });
  }
}

/** Stripe's test methods whose outcome arrives later. */
export const bankCard = 'pm_card_authenticationRequired';
export const debits = ['pm_usBankAccount_success', 'pm_usBankAccount_insufficientFunds'];

const isLeftToTheBank = ({ token }: Record<string, unknown>) =>
  token === bankCard || debits.includes(String(token));

interface LiveOrder {
  status: string;
  payments?: { actionUrl?: string }[];
}

/** The shop failed, was too busy, or got an incomplete request: a retry may succeed. */
const saysNothing = ({ status }: Pick<Reply, 'status'>): boolean =>
  status >= 500 || status === 429 || status === 408;

/** Whether the outcome is still open. */
function isOpen({ body }: Reply): boolean {
  const { code } = JSON.parse(body.toString('utf8')) as { code?: string };
  return code === 'in_progress' || code === 'payment_unsettled';
}

/** The final outcome in an answer; undefined while it may still change. */
function placedOf({ status, body }: Reply): Placed | undefined {
  if (saysNothing({ status })) return undefined;
  const { code, order } = JSON.parse(body.toString('utf8')) as { code?: string; order?: { id?: string } };
  return code === 'in_progress' ? undefined : { status, orderId: order?.id };
}
