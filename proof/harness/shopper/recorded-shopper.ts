import { setTimeout as sleep } from 'node:timers/promises';
import type { CheckoutQuote } from '#lib/pricing/schema.ts';
import {
  type CallKind,
  type Confirmed,
  type History,
  hashOf,
  type Question,
  type Reply,
} from '#proof/chaos/checker/history.ts';
import type { Random } from '#proof/harness/random.ts';
import { callOnce } from './call-once.ts';
import { homeOf } from './networks.ts';
import { isOpen, type Placed, placedOf, replyOf, saysNothing } from './outcome.ts';
import { type OrderBody, orderBody, Shopper } from './shopper.ts';

/** A submission that can be sent any number of times. */
export interface Submission {
  who: Identity;
  token: string;
  cart: string;
  confirmed: Confirmed;
  body: OrderBody;
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

/** A client retries an answer without an outcome. After this time it gives up. */
const givesUpAfterMs = 45_000;
/** The operator's entrance, next to those for shoppers. */
const operatorDoor = 3;
const pausesMs = [100, 200, 400, 800, 1_200];

/**
 * One client whose every call is recorded for the checker. It uses any door of the shop, and it tries again
 * until it knows the outcome.
 */
export class RecordedShopper {
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

  /** Sends one request through one door. */
  async call(
    kind: CallKind,
    send: (at: Shopper) => Promise<Response>,
    {
      app = this.#shop.only ?? this.#random.between(0, this.#shop.doors.length - 1),
      ...about
    }: Partial<Question> = {},
  ): Promise<Reply | undefined> {
    const at = new Shopper(
      callOnce(this.#shop.doors[app] as number, this.#shop.network ?? homeOf(this.client)),
    );
    at.cookie = this.cookie;
    const { client, id: shopper } = this;
    return this.#shop.history.record({ kind, app, client, shopper, ...about }, async () => {
      const response = await send(at);
      if (!this.cookie) [this.cookie, this.id] = [at.cookie, at.userId];
      return replyOf(response);
    });
  }

  /**
   * Retries until the answer is a success. Resolves with undefined after the time limit, or when retries
   * are useless.
   */
  async #until(attempt: () => Promise<Reply | undefined>): Promise<unknown> {
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
    const cart = await this.#until(() => this.call('cart', (at) => at.setLine(sku, quantity)));
    if (!cart) return false;
    if (quantity > 0) this.#lines.set(sku, quantity);
    else this.#lines.delete(sku);
    return true;
  }

  /** A submission of the current cart; undefined where nothing can be ordered. */
  async submission(
    payment: Record<string, unknown>,
    change: Record<string, unknown> = {},
  ): Promise<Submission | undefined> {
    const path = `/api/checkout?shippingMethod=${change.shippingMethod ?? 'standard'}&country=US`;
    const send = (at: Shopper) => at.request(path);
    const quote = (await this.#until(() => this.call('quote', send))) as CheckoutQuote | undefined;
    if (!quote) return undefined;
    const { submitToken, cartId, totalMinor } = quote;
    return {
      who: { client: this.client, shopper: this.id, cookie: this.cookie },
      token: submitToken,
      cart: cartId,
      confirmed: { lines: this.#lines.size > 0 ? Object.fromEntries(this.#lines) : undefined, totalMinor },
      body: orderBody(quote, { payment, ...change }),
      ...(isLeftToTheBank(payment) && { bankDecides: true as const }),
    };
  }

  /** Sends a submission once. */
  async submit(
    { token, cart, confirmed, body, bankDecides }: Submission,
    how: { app?: number; again?: true } = {},
  ): Promise<Reply | undefined> {
    const about = {
      ...{ token, cart, confirmed, sent: hashOf(JSON.stringify(body)), ...how },
      ...(bankDecides && { bankDecides }),
    };
    const reply = await this.call('order', (at) => at.order(body), about);
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
  async submitTogether(submission: Submission, copies: number): Promise<Placed | undefined> {
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
    await this.#until(() => this.payOnce(orderId, attempt));
  }

  payOnce(orderId: string, attempt: number, app?: number): Promise<Reply | undefined> {
    const card = { attempt, method: 'card', token: 'pm_card_visa' };
    const send = (at: Shopper) => at.send('POST', `/api/orders/${orderId}/payments`, card);
    return this.call('pay', send, { app, order: orderId, attempt });
  }

  async cancel(orderId: string): Promise<void> {
    await this.#until(() => this.cancelOnce(orderId));
  }

  cancelOnce(orderId: string, app?: number): Promise<Reply | undefined> {
    const send = (at: Shopper) => at.request(`/api/orders/${orderId}/cancel`, { method: 'POST' });
    return this.call('cancel', send, { app, order: orderId });
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
    const asked = { order: orderId, askedAtMs: Date.now() };
    await history.record({ kind: 'fulfil', app: operatorDoor, client, shopper, ...asked }, async () =>
      replyOf(await callOnce(port)(path, { method: 'POST' })),
    );
  }

  read(orderId: string, kind: 'read' | 'snoop' = 'read'): Promise<Reply | undefined> {
    return this.call(kind, (at) => at.request(`/api/orders/${orderId}`), { order: orderId });
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
