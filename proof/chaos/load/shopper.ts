import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Call,
  type CallKind,
  type Confirmed,
  type History,
  hashOf,
  type Reply,
} from '#proof/chaos/history.ts';
import type { Random } from '#proof/harness/random.ts';
import { ask } from './ask.ts';
import { homeOf } from './networks.ts';

/** A submission as it is sent, as often as one likes. */
export interface Submission {
  who: Identity;
  token: string;
  cart: string;
  confirmed: Confirmed;
  body: string;
  bankDecides?: true;
}

/** A client and what the shop takes it for. */
interface Identity {
  client: number;
  /** The id in the session's cookie. */
  shopper: string;
  cookie: string;
}

export interface Shop {
  /** The ports at which it is reached: its processes, and nginx before them. */
  doors: readonly number[];
  /** The one door that they go by; any, where nothing is said. */
  only?: number;
  /** The network that clients come from; each from one of its own, where nothing is said. */
  network?: string;
  /** The port at which its operator fulfils orders; nobody does without it. */
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

/** What is said of an order that was placed. */
export interface Placed {
  status: number;
  orderId: string | undefined;
}

/** Whoever is told "perhaps" asks again until they know; this is when they go and read a book instead. */
const givesUpAfterMs = 45_000;
/** Beside the doors for shoppers. */
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

/** One client with its cookie, that never asks the same process twice in a row if it can help it. */
export class Shopper {
  readonly #shop: Shop;
  /** Of its own: how often it has to ask again must not change what the script chooses next. */
  readonly #random: Random;
  /** What the shopper put into the cart that isn't ordered yet. */
  readonly #lines = new Map<string, number>();
  readonly client: number;
  cookie = '';
  id = '';

  /** Somebody new, or somebody who was here before. */
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

  /** Tries until the answer is a success. Gives undefined when patience is over or nothing more can come of it. */
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
    // An order stands, so what is put in from now on is in another cart.
    if (reply && (reply.status < 300 || reply.status === 402)) this.#lines.clear();
    return reply;
  }

  /** Sends it again until the answer says what became of it. */
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

  /** Sends copies at the same time, each by another door, and then what is left open once more. */
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
   * Answers at the bank, once the order says where that is, and closes the tab there: the shop hears
   * of it from the provider alone. Gives whether the shopper refused.
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

  /** The operator hands the order to the carrier, if the shop lets them. */
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

/** Stripe's test methods of which the answer comes later. */
export const bankCard = 'pm_card_authenticationRequired';
export const debits = ['pm_usBankAccount_success', 'pm_usBankAccount_insufficientFunds'];

const isLeftToTheBank = ({ token }: Record<string, unknown>) =>
  token === bankCard || debits.includes(String(token));

interface LiveOrder {
  status: string;
  payments?: { actionUrl?: string }[];
}

/** Out of order, too busy, or the request did not arrive whole: it is worth sending again. */
const saysNothing = ({ status }: Pick<Reply, 'status'>): boolean =>
  status >= 500 || status === 429 || status === 408;

/** Whether it says that nobody knows yet. */
function isOpen({ body }: Reply): boolean {
  const { code } = JSON.parse(body.toString('utf8')) as { code?: string };
  return code === 'in_progress' || code === 'payment_unsettled';
}

/** What an answer says for good; undefined where it may still become something else. */
function placedOf({ status, body }: Reply): Placed | undefined {
  if (saysNothing({ status })) return undefined;
  const { code, order } = JSON.parse(body.toString('utf8')) as { code?: string; order?: { id?: string } };
  return code === 'in_progress' ? undefined : { status, orderId: order?.id };
}
