import { randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeEach } from 'vitest';
import type { AttemptKey } from '#lib/payment-provider/provider.ts';
import { stripeProvider } from '#lib/payment-provider/stripe/stripe.ts';

/** A server in place of Stripe, which answers as a test says, and the adapter that asks it. */

interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  form: Record<string, string>;
}

export interface Said {
  status?: number;
  headers?: Record<string, string>;
  /** Sent as JSON, or unchanged if it is text. */
  body?: unknown;
  /** Closes the connection instead of answering. */
  hangUp?: true;
}

/** A server that answers each request as the test says. */
export const asked: Asked[] = [];

/** What the stub says to each request; a test sets it. */
export const stub: { say: (request: Asked) => Said | Promise<Said> } = { say: () => ({}) };

const server = createServer(async (request, response) => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stripe.test');
  const form = Object.fromEntries(new URLSearchParams(Buffer.concat(parts).toString()));
  const { method = '', headers } = request;
  const one = { method, path: pathname, query: searchParams, headers, form };
  asked.push(one);
  const { status = 200, headers: extra = {}, body = {}, hangUp } = await stub.say(one);
  if (hangUp) return request.socket.destroy();
  response.writeHead(status, { 'content-type': 'application/json', ...extra });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
});

await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(() => {
  asked.length = 0;
});

export const options = { secretKey: 'sk_test_1', webhookSecrets: ['whsec_1'], capture: 'automatic' as const };

export const apiBase = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

export const provider = stripeProvider({ ...options, apiBase });

export const attempt: AttemptKey = { userId: randomUUID(), orderId: randomUUID(), attempt: 1 };

export const metadata = ({ userId, orderId, attempt }: AttemptKey) => ({
  user_id: userId,
  order_id: orderId,
  attempt: String(attempt),
});

export const request = {
  ...attempt,
  idempotencyKey: `order:${attempt.orderId}:1`,
  amountMinor: 4_599,
  currency: 'USD',
  token: 'pm_card_visa',
  returnUrl: 'https://shop.test/orders/1/payment-return',
};

export const intent = (change: object = {}) => ({
  id: 'pi_1',
  object: 'payment_intent',
  status: 'succeeded',
  amount: 4_599,
  amount_received: 4_599,
  currency: 'usd',
  metadata: metadata(attempt),
  ...change,
});

export const refund = {
  id: 'r-1',
  orderId: attempt.orderId,
  idempotencyKey: 'refund:r-1',
  chargeRef: 'pi_1',
  amountMinor: 500,
};

export const error = (type: string, rest: object = {}) => ({ error: { type, message: 'no', ...rest } });

/** The result of a charge, refund or look-up, or the error that it throws. */
export const outcomeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.catch((thrown: unknown) => thrown);
