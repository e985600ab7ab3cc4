import type { Cart } from '#lib/cart/schema.ts';
import type { CheckoutQuote } from '#lib/pricing/schema.ts';
import type { Call } from './call.ts';

export const address = {
  name: 'Ada Lovelace',
  line1: '12 St James’s Square',
  line2: null,
  city: 'Springfield',
  region: 'IL',
  postalCode: '62701',
  country: 'US',
} as const;

export type OrderBody = Record<string, unknown> & { submitToken: string };

/** What an order repeats of its quote. */
type Confirmable = Pick<CheckoutQuote, 'submitToken' | 'cartId' | 'cartVersion' | 'totalMinor' | 'currency'>;

/** The body that orders a cart as its quote says, by invoice unless `change` names another payment. */
export function orderBody(quote: Confirmable, change: Record<string, unknown> = {}): OrderBody {
  const { submitToken, cartId, cartVersion, totalMinor, currency } = quote;
  return {
    submitToken,
    cartId,
    cartVersion,
    totalMinor,
    currency,
    email: 'ada@example.com',
    shippingMethod: 'standard',
    shippingAddress: address,
    payment: { method: 'invoice' },
    ...change,
  };
}

/** One shopper with their cookie. It does what a browser or a headless client does. */
export class Shopper {
  readonly call: Call;
  cookie = '';

  constructor(call: Call) {
    this.call = call;
  }

  /** The id in the session cookie; empty before there is one. */
  get userId(): string {
    return this.cookie.split('=')[1]?.split('.')[0] ?? '';
  }

  async request(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.cookie) headers.set('cookie', this.cookie);
    const response = await this.call(path, { ...init, headers });
    const session = response.headers
      .getSetCookie()
      .find((cookie) => /^(?:__Host-)?once_session=/.test(cookie));
    if (session) this.cookie = session.split(';')[0] ?? '';
    return response;
  }

  send(method: string, path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return this.request(path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  }

  async cart(): Promise<Cart> {
    return (await this.request('/api/cart')).json() as Promise<Cart>;
  }

  setLine(sku: string, quantity: number): Promise<Response> {
    return this.send('PUT', `/api/cart/lines/${sku}`, { quantity });
  }

  async put(sku: string, quantity: number): Promise<Cart> {
    const response = await this.setLine(sku, quantity);
    if (!response.ok) throw new Error(`PUT line: ${response.status} ${await response.text()}`);
    return response.json() as Promise<Cart>;
  }

  async quote(query = ''): Promise<CheckoutQuote> {
    const response = await this.request(`/api/checkout${query}`);
    if (!response.ok) throw new Error(`checkout: ${response.status} ${await response.text()}`);
    return response.json() as Promise<CheckoutQuote>;
  }

  /** The body that orders the cart in its current state. */
  async body(change: Record<string, unknown> = {}): Promise<OrderBody> {
    const shippingMethod = String(change.shippingMethod ?? 'standard');
    return orderBody(await this.quote(`?shippingMethod=${shippingMethod}`), change);
  }

  order(body: OrderBody, headers: Record<string, string> = {}): Promise<Response> {
    return this.send('POST', '/api/orders', body, { 'idempotency-key': body.submitToken, ...headers });
  }

  /**
   * Sends the same submission until it is settled. A busy machine may answer `in_progress` or `overloaded`:
   * the contract allows both, and asks the client to retry.
   */
  async orderUntilSettled(body: OrderBody): Promise<Response> {
    // Limits a submission that hangs. On a busy machine, three hundred copies of one order take a while.
    for (const until = performance.now() + 60_000; ; ) {
      const response = await this.order(body);
      const { code } = (await response.clone().json()) as { code?: string };
      const again = code === 'in_progress' || code === 'overloaded';
      if (!again || performance.now() > until) return response;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  /** Posts a form with the same fields, as a browser without JavaScript does. */
  orderByForm(body: OrderBody, headers: Record<string, string> = {}): Promise<Response> {
    return this.request('/api/orders', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: formOf(body),
    });
  }
}

function formOf(body: Record<string, unknown>): string {
  const form = new URLSearchParams();
  const add = (prefix: string, value: unknown) => {
    if (value === null || value === undefined) return;
    if (typeof value === 'object') {
      for (const [name, inner] of Object.entries(value)) add(prefix ? `${prefix}.${name}` : name, inner);
    } else form.set(prefix, String(value));
  };
  add('', body);
  return form.toString();
}

/** Creates a shopper with this sku in the cart. */
export async function shopperWith(call: Call, sku: string, quantity = 1): Promise<Shopper> {
  const shopper = new Shopper(call);
  await shopper.put(sku, quantity);
  return shopper;
}

/** Creates many shoppers, a few at a time: filling carts is not part of the burst under test. */
export async function shoppersWith(
  call: Call,
  count: number,
  sku: string,
  quantityOf = (_index: number) => 1,
): Promise<{ shopper: Shopper; body: OrderBody }[]> {
  return inTurns(count, async (index) => {
    const shopper = await shopperWith(call, sku, quantityOf(index));
    return { shopper, body: await shopper.body() };
  });
}

/** Calls `make` for `count` indexes, eight concurrently. Results are in the order of the indexes. */
export async function inTurns<T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  let next = 0;
  const work = async () => {
    for (let index = next++; index < count; index = next++) made[index] = await make(index);
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return made;
}
