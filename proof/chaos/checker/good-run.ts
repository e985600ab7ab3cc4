import type { Evidence } from './evidence.ts';
import type { Call } from './history.ts';

const clients = ['ada', 'bob', 'eve', 'dan', 'fay'];

export const submission = (change: Partial<Call>): Call => ({
  id: 0,
  kind: 'order',
  app: 0,
  client: clients.indexOf(change.shopper ?? 'ada'),
  shopper: 'ada',
  token: 'token-1',
  cart: 'cart-1',
  sent: 'body-1',
  confirmed: { lines: { LAMP: 1 }, totalMinor: 1_000 },
  startMs: 0,
  endMs: 5,
  outcome: 'ok',
  status: 201,
  answer: 'bytes-1',
  order: 'order-1',
  ...change,
});

export const refused = (code: string, status = 409): Partial<Call> => ({
  outcome: 'fail',
  status,
  code,
  answer: `bytes of ${code}`,
  order: undefined,
});

/**
 * Ada pays by invoice and sends her submission twice. Bob pays by card. Eve's card is refused. Dan
 * cancels the order that he paid. Fay's first card is refused, her next one is accepted, and her order
 * is fulfilled.
 */
export function goodRun(): Evidence {
  const bob = { shopper: 'bob', token: 'token-2', cart: 'cart-2', sent: 'body-2', order: 'order-2' };
  const eve = { shopper: 'eve', token: 'token-3', cart: 'cart-3', sent: 'body-3', order: 'order-3' };
  const dan = { shopper: 'dan', token: 'token-4', cart: 'cart-4', sent: 'body-4', order: 'order-4' };
  const fay = { shopper: 'fay', token: 'token-6', cart: 'cart-6', sent: 'body-6', order: 'order-6' };
  const order = (n: number, userId: string, status: string) => ({
    userId,
    id: `order-${n}`,
    cartId: `cart-${n}`,
    submitToken: `token-${n}`,
    status,
    totalMinor: 1_000,
    accepted: status !== 'payment_declined',
    wasUnknown: false,
    wasFulfilled: status === 'fulfilled',
    placedMs: 0,
  });
  const payment = (n: number, method: string, status: string, refundedMinor = 0) => ({
    orderId: `order-${n}`,
    attempt: 1,
    method,
    status,
    amountMinor: 1_000,
    refundedMinor,
  });
  const charge = (n: number, authorized: number, refunded = 0) => ({
    paymentIntent: `pi-${n}`,
    orderId: `order-${n}`,
    attempt: '1',
    authorized,
    captured: authorized,
    voided: 0,
    refunded,
    disputed: 0,
    elsewhere: false,
    goneAtMs: refunded > 0 ? 1_000 : null,
    status: authorized > 0 ? 'succeeded' : 'canceled',
  });
  return {
    history: [
      submission({ id: 0 }),
      submission({ id: 1, app: 1 }),
      submission({ id: 2, outcome: 'unknown', status: 0, answer: undefined, order: undefined }),
      submission({ id: 3, ...bob, answer: 'bytes-2' }),
      submission({ id: 4, ...eve, status: 402, answer: 'bytes-3' }),
      submission({ id: 5, ...dan, answer: 'bytes-4' }),
      submission({ id: 6, kind: 'snoop', shopper: 'eve', token: undefined, outcome: 'fail', status: 404 }),
      // Sent before Ada's first answer; refused because of overload; another body with her token.
      submission({ id: 7, startMs: 3, endMs: 9, ...refused('cart_changed') }),
      submission({ id: 8, startMs: 20, ...refused('overloaded', 503) }),
      submission({ id: 9, startMs: 20, sent: 'body-9', again: true, ...refused('key_reused', 422) }),
      submission({ id: 10, ...dan, kind: 'cancel', token: undefined, status: 200 }),
      // Ada's other tab, whose cart has been ordered; and her first submission again at the end.
      submission({ id: 11, token: 'token-5', sent: 'body-5', status: 200, answer: 'bytes-5' }),
      submission({ id: 12, startMs: 30, again: true }),
      submission({ id: 14, ...fay, status: 402, answer: 'bytes-6' }),
      submission({ id: 15, ...fay, kind: 'pay', token: undefined, attempt: 2, startMs: 10 }),
      // Fay's own order, and a cancellation that came too late.
      submission({ id: 16, ...fay, kind: 'read', token: undefined, status: 200, startMs: 20 }),
      submission({
        id: 17,
        ...fay,
        kind: 'cancel',
        token: undefined,
        startMs: 30,
        ...refused('not_cancellable'),
      }),
      submission({ id: 19, ...fay, kind: 'fulfil', app: 3, token: undefined, status: 200, askedAtMs: 500 }),
    ],
    orders: [
      order(1, 'ada', 'placed'),
      order(2, 'bob', 'paid'),
      order(3, 'eve', 'payment_declined'),
      order(4, 'dan', 'refunded'),
      order(6, 'fay', 'fulfilled'),
    ],
    lines: [1, 2, 3, 4, 6].map((n) => ({ orderId: `order-${n}`, sku: 'LAMP', quantity: 1 })),
    payments: [
      payment(1, 'invoice', 'due'),
      payment(2, 'card', 'succeeded'),
      payment(3, 'card', 'declined'),
      payment(4, 'card', 'refunded', 1_000),
      payment(6, 'card', 'declined'),
      { ...payment(6, 'card', 'succeeded'), attempt: 2 },
    ],
    stock: [{ sku: 'LAMP', initial: 10, available: 6 }],
    movements: [
      { sku: 'LAMP', orderId: null, units: 10 },
      ...[1, 2, 3, 6].map((n) => ({ sku: 'LAMP', orderId: `order-${n}`, units: -1 })),
      { sku: 'LAMP', orderId: 'order-4', units: 0 },
    ],
    charges: [
      charge(2, 1_000),
      charge(3, 0),
      charge(4, 1_000, 1_000),
      charge(6, 0),
      { ...charge(6, 1_000), paymentIntent: 'pi-7', attempt: '2' },
    ],
    refunds: [
      { orderId: 'order-4', attempt: 1, amountMinor: 1_000, status: 'succeeded', providerRef: 're-4' },
    ],
    disputes: [],
    mails: [{ orderId: 'order-4', kind: 'refunded' }],
    providerRefunds: [{ id: 're-4', paymentIntent: 'pi-4', amount: 1_000, status: 'succeeded' }],
    providerDisputes: [],
    severalCarts: [],
  };
}

/** The same run with one part of it replaced. */
export function spoilt<Part extends keyof Evidence>(
  part: Part,
  spoil: (rows: Evidence[Part][number][]) => Evidence[Part][number][],
): Evidence {
  const run = goodRun();
  return { ...run, [part]: spoil([...run[part]] as Evidence[Part][number][]) };
}

export const change = <T>(rows: T[], index: number, by: Partial<T>): T[] =>
  rows.map((row, at) => (at === index ? { ...row, ...by } : row));

/** The second order has given its unit back. */
export const withOrder2Released = (run: Evidence): Evidence => ({
  ...run,
  stock: change([...run.stock], 0, { available: 7 }),
  movements: change([...run.movements], 2, { units: 0 }),
});
