import { describe, expect, it, test } from 'vitest';
import { checkHistory } from './check-history.ts';
import type { Evidence, ViolationKind } from './evidence.ts';
import { type Call, History, type Question } from './history.ts';

/**
 * A checker that finds nothing proves nothing, unless it also finds every violation. These tests use a
 * run that kept its promises, and the same run with each promise broken in turn.
 */

const clients = ['ada', 'bob', 'eve', 'dan', 'fay'];

const submission = (change: Partial<Call>): Call => ({
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

const newToken = { token: 'token-7', sent: 'body-7' };

const refused = (code: string, status = 409): Partial<Call> => ({
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
function goodRun(): Evidence {
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
function spoilt<Part extends keyof Evidence>(
  part: Part,
  spoil: (rows: Evidence[Part][number][]) => Evidence[Part][number][],
): Evidence {
  const run = goodRun();
  return { ...run, [part]: spoil([...run[part]] as Evidence[Part][number][]) };
}

const change = <T>(rows: T[], index: number, by: Partial<T>): T[] =>
  rows.map((row, at) => (at === index ? { ...row, ...by } : row));

/** Bob's order is created and its answer is lost. His retry at the end gets this answer. */
const lostAndThen = (...told: Parameters<typeof refused>): Evidence =>
  spoilt('history', (rows) =>
    change(rows, 3, { outcome: 'unknown', status: 0, answer: undefined, order: undefined }).concat(
      submission({
        ...{ id: 13, shopper: 'bob', client: 1, token: 'token-2', cart: 'cart-2', sent: 'body-2' },
        ...{ startMs: 30, again: true, ...refused(...told) },
      }),
    ),
  );

/** The owner has refunded this amount of Bob's charge in the provider's dashboard. */
function refundedElsewhere(refunded: number, order: Partial<Evidence['orders'][number]> = {}): Evidence {
  const run = goodRun();
  const goneAtMs = refunded === 1_000 ? 1_000 : null;
  return {
    ...run,
    orders: change([...run.orders], 1, order),
    charges: change([...run.charges], 0, { refunded, goneAtMs, elsewhere: true }),
    providerRefunds: [
      ...run.providerRefunds,
      { id: 're-2', paymentIntent: 'pi-2', amount: refunded, status: 'succeeded' },
    ],
  };
}

/** The same run after the shop has noticed that refund. */
function mirrored(run: Evidence): Evidence {
  const { refunded = 0 } = run.charges[0] ?? {};
  const refund = { orderId: 'order-2', attempt: 1, amountMinor: refunded, status: 'succeeded' };
  return {
    ...run,
    payments: change([...run.payments], 1, {
      refundedMinor: refunded,
      status: refunded === 1_000 ? 'refunded' : 'succeeded',
    }),
    refunds: [...run.refunds, { ...refund, providerRef: 're-2' }],
  };
}

/** Fay's charge, as the provider has it when the operator is asked to fulfil her order (at 500). */
const whenFulfilled = (by: Partial<Evidence['charges'][number]>): Evidence =>
  spoilt('charges', (rows) => change(rows, 4, { elsewhere: true, ...by }));

/** Each kind of violation, with a history that contains just that one. */
const wrong: [ViolationKind, string, Evidence][] = [
  [
    'cart_ordered_twice',
    'two tabs of one cart made two orders',
    spoilt('orders', (rows) => change(rows, 1, { cartId: 'cart-1' })),
  ],
  [
    'token_of_two_orders',
    'one token made two orders',
    {
      ...spoilt('orders', (rows) => [
        ...rows,
        { ...(rows[0] as Evidence['orders'][number]), id: 'order-9', cartId: 'cart-9' },
      ]),
    },
  ],
  [
    'two_live_charges',
    'a retry with a new idempotency key charged a second time',
    spoilt('charges', (rows) => [
      ...rows,
      { ...(rows[0] as Evidence['charges'][number]), paymentIntent: 'pi-9' },
    ]),
  ],
  [
    'not_charged_its_total',
    'a paid order was charged for less',
    spoilt('charges', (rows) => change(rows, 0, { authorized: 900 })),
  ],
  ['not_charged_its_total', 'a paid order was never charged', spoilt('charges', (rows) => rows.slice(1))],
  [
    'charge_without_order',
    'the order was rolled back after its charge',
    spoilt('charges', (rows) => [
      ...rows,
      { ...(rows[0] as Evidence['charges'][number]), paymentIntent: 'pi-9', orderId: 'order-9' },
    ]),
  ],
  [
    'charge_without_order',
    'a charge names no order at all',
    spoilt('charges', (rows) => [
      ...rows,
      { ...(rows[0] as Evidence['charges'][number]), paymentIntent: 'pi-9', orderId: null, attempt: null },
    ]),
  ],
  [
    'books_disagree',
    'the card was charged and the order says declined',
    spoilt('charges', (rows) => change(rows, 1, { authorized: 1_000 })),
  ],
  [
    'books_disagree',
    'the order says refunded and the money was kept',
    spoilt('charges', (rows) => change(rows, 2, { refunded: 0 })),
  ],
  [
    'declined_still_payable',
    'a card was declined, and the provider would accept another one for the same charge',
    spoilt('charges', (rows) => change(rows, 1, { status: 'requires_payment_method' })),
  ],
  [
    'paid_and_refunded',
    'the owner refunded the charge in the dashboard, and the order is still paid',
    mirrored(refundedElsewhere(1_000)),
  ],
  [
    'fulfilled_without_money',
    'the owner refunded the charge in the dashboard, and then the goods were shipped',
    whenFulfilled({ refunded: 1_000, goneAtMs: 499 }),
  ],
  [
    'fulfilled_without_money',
    'the cardholder disputed the charge, and then the goods were shipped',
    whenFulfilled({ disputed: 1_000, goneAtMs: 499 }),
  ],
  [
    'fulfilled_without_money',
    'the goods were shipped after the refund, and the order has ended since',
    {
      ...whenFulfilled({ refunded: 1_000, goneAtMs: 499 }),
      orders: change([...goodRun().orders], 4, { status: 'refunded', wasFulfilled: true }),
    },
  ],
  [
    'refund_said_not_made',
    'after a partial refund in the dashboard the provider refused a full one, and the order says refunded',
    refundedElsewhere(150, { status: 'refunded' }),
  ],
  [
    'refund_said_not_made',
    'an email said refunded before the provider accepted the refund, which it then refused',
    {
      ...spoilt('orders', (rows) => change(rows, 3, { status: 'cancelled' })),
      charges: change([...goodRun().charges], 2, { refunded: 0, goneAtMs: null }),
      providerRefunds: [],
    },
  ],
  [
    'refunds_above_captured',
    'a part was refunded in the dashboard, and the shop requests the full amount',
    {
      ...refundedElsewhere(150),
      refunds: [
        ...goodRun().refunds,
        { orderId: 'order-2', attempt: 1, amountMinor: 1_000, status: 'created', providerRef: null },
      ],
    },
  ],
  [
    'refund_differs',
    'a part was refunded in the dashboard, and the shop did not notice',
    refundedElsewhere(150),
  ],
  [
    'dispute_unseen',
    'a charge is disputed, and the shop does not know',
    {
      ...goodRun(),
      providerDisputes: [{ id: 'du-2', paymentIntent: 'pi-2', status: 'needs_response' }],
    },
  ],
  [
    'dispute_unseen',
    'a dispute was lost, and the shop believes it is open',
    {
      ...goodRun(),
      disputes: [{ providerRef: 'du-2', status: 'open' }],
      providerDisputes: [{ id: 'du-2', paymentIntent: 'pi-2', status: 'lost' }],
    },
  ],
  ['oversold', 'stock is below zero', spoilt('stock', (rows) => change(rows, 0, { available: -1 }))],
  [
    'oversold',
    'more units were sold than were in stock',
    { ...spoilt('stock', (rows) => change(rows, 0, { initial: 2, available: 0 })) },
  ],
  [
    'stock_not_conserved',
    'a cancelled order returned its unit to stock twice',
    spoilt('stock', (rows) => change(rows, 0, { available: 7 })),
  ],
  [
    'stock_not_conserved',
    'a refused order kept its unit',
    spoilt('stock', (rows) => change(rows, 0, { available: 5 })),
  ],
  [
    'stock_not_conserved',
    'the stock row of a sku is gone',
    spoilt('stock', (rows) => change(rows, 0, { available: undefined })),
  ],
  [
    'charged_twice',
    'a retry with a new idempotency key charged a second time, and that charge was refunded',
    spoilt('charges', (rows) => [
      ...rows,
      { ...(rows[0] as Evidence['charges'][number]), paymentIntent: 'pi-9', refunded: 1_000 },
    ]),
  ],
  [
    'not_charged_its_total',
    'an order is paid, and there is no payment',
    {
      ...goodRun(),
      payments: goodRun().payments.filter(({ orderId }) => orderId !== 'order-2'),
      charges: goodRun().charges.filter(({ orderId }) => orderId !== 'order-2'),
    },
  ],
  [
    'accepted_order_lost',
    'a 201 was sent before the commit, which failed',
    spoilt('history', (rows) => [...rows, submission({ id: 9, token: 'token-9', order: 'order-9' })]),
  ],
  [
    'accepted_order_lost',
    "a 201 names another submission's order",
    spoilt('history', (rows) => [...rows, submission({ id: 9, token: 'token-9' })]),
  ],
  [
    'accepted_order_lost',
    'the shopper of an accepted order reads it and gets a 404',
    spoilt('history', (rows) => [
      ...rows,
      submission({
        id: 20,
        kind: 'read',
        token: undefined,
        startMs: 40,
        ...refused('not_found', 404),
        order: 'order-1',
      }),
    ]),
  ],
  [
    'accepted_order_lost',
    'a card was accepted for an order that does not exist',
    spoilt('history', (rows) => change(rows, 14, { order: 'order-9' })),
  ],
  [
    'cancelled_and_stands',
    'a cancellation was answered 200, and the order was charged and is still active',
    {
      ...spoilt('orders', (rows) => change(rows, 3, { status: 'paid' })),
      payments: change([...goodRun().payments], 3, { status: 'succeeded', refundedMinor: 0 }),
      charges: change([...goodRun().charges], 2, { refunded: 0 }),
      stock: change([...goodRun().stock], 0, { available: 5 }),
    },
  ],
  [
    'promise_withdrawn',
    'the next card was accepted but never charged',
    {
      ...spoilt('orders', (rows) => change(rows, 4, { status: 'payment_declined' })),
      payments: change([...goodRun().payments], 5, { status: 'declined' }),
      charges: goodRun().charges.slice(0, 4),
    },
  ],
  [
    'accepted_under_two_ids',
    'the same token was accepted as two orders',
    spoilt('history', (rows) => [...rows, submission({ id: 9, order: 'order-9' })]),
  ],
  [
    'order_after_refusals',
    'every call was told that nothing was ordered',
    spoilt('history', (rows) => change(rows, 3, { outcome: 'fail', status: 409, order: undefined })),
  ],
  [
    'order_of_nobody',
    'an order exists that no client requested',
    spoilt('history', (rows) => rows.filter(({ shopper }) => shopper !== 'bob')),
  ],
  [
    'answers_differ',
    'a replay has other bytes',
    spoilt('history', (rows) => change(rows, 1, { answer: 'other bytes' })),
  ],
  [
    'answers_differ',
    'an accepted submission is told that another submission ordered its cart',
    spoilt('history', (rows) => change(rows, 12, { status: 200, answer: 'bytes-5' })),
  ],
  [
    'accepted_order_lost',
    "a tab was told that its cart is ordered, with another cart's order",
    spoilt('history', (rows) => change(rows, 11, { order: 'order-2', shopper: 'bob', client: 1 })),
  ],
  [
    'accepted_order_lost',
    'a declined card was answered with an order that does not exist',
    spoilt('history', (rows) => change(rows, 4, { order: 'order-9' })),
  ],
  [
    'ordered_otherwise',
    'the price went up between the page and the order',
    spoilt('history', (rows) =>
      rows.map((row) => ({ ...row, confirmed: { lines: undefined, totalMinor: 900 } })),
    ),
  ],
  [
    'ordered_otherwise',
    'another tab changed the cart without changing its total',
    spoilt('lines', (rows) => [...rows, { orderId: 'order-1', sku: 'GIFT', quantity: 1 }]),
  ],
  [
    'accepted_too_soon',
    '"ordered" was answered before the card was charged',
    spoilt('orders', (rows) => change(rows, 1, { accepted: false })),
  ],
  [
    'accepted_too_soon',
    '"ordered" was answered although the card had been refused',
    {
      ...spoilt('orders', (rows) => change(rows, 1, { status: 'payment_declined' })),
      payments: change([...goodRun().payments], 1, { status: 'declined' }),
      charges: goodRun().charges.slice(1),
    },
  ],
  [
    'promise_withdrawn',
    'a paid order was refunded without a cancellation',
    spoilt('history', (rows) => rows.filter(({ kind }) => kind !== 'cancel')),
  ],
  [
    'promise_withdrawn',
    'an order ended after its shopper had been told that it cannot be cancelled',
    spoilt('history', (rows) => change(rows, 10, refused('not_cancellable'))),
  ],
  [
    'promise_withdrawn',
    'an accepted order ended without a request, and its charge had never been unknown',
    {
      ...spoilt('orders', (rows) => change(rows, 1, { status: 'cancelled' })),
      payments: change([...goodRun().payments], 1, { status: 'declined' }),
      charges: goodRun().charges.slice(1),
      stock: change([...goodRun().stock], 0, { available: 7 }),
    },
  ],
  [
    'refused_and_ordered',
    'the order was created, its answer was lost, and a retry was told that the cart had changed',
    lostAndThen('cart_changed'),
  ],
  [
    'refused_and_ordered',
    'the order was created, its answer was lost, and a retry was told that its token was reused',
    lostAndThen('key_reused', 422),
  ],
  [
    'never_answered',
    'a submission was refused because of overload, and its retry got no answer',
    spoilt('history', (rows) => [
      ...rows,
      submission({ id: 13, ...newToken, ...refused('overloaded', 503) }),
      submission({ id: 18, ...newToken, outcome: 'unknown', status: 0, answer: undefined, order: undefined }),
    ]),
  ],
  [
    'never_answered',
    'an accepted submission was sent again at the end and got no answer',
    spoilt('history', (rows) =>
      change(rows, 12, { outcome: 'unknown', status: 0, answer: undefined, order: undefined }),
    ),
  ],
  [
    'never_answered',
    'a submission never got an answer',
    spoilt('history', (rows) => [
      ...rows,
      submission({ id: 13, ...newToken, outcome: 'unknown', status: 0, answer: undefined, order: undefined }),
    ]),
  ],
  [
    'session_of_two_clients',
    'two clients got the same cookie',
    spoilt('history', (rows) => change(rows, 1, { client: 7 })),
  ],
  ['two_open_carts', 'one shopper has two open carts', { ...goodRun(), severalCarts: ['ada'] }],
  [
    'refused_after_accepted',
    'the claim was lost, and a replay was told that its cart had changed',
    spoilt('history', (rows) => [...rows, submission({ id: 10, startMs: 6, ...refused('cart_changed') })]),
  ],
  [
    'refused_after_accepted',
    'a retry was told that an accepted card was declined',
    spoilt('history', (rows) => [
      ...rows,
      submission({ id: 10, startMs: 6, status: 402, code: 'payment_declined', answer: 'bytes-9' }),
    ]),
  ],
  [
    'answer_of_another_shopper',
    "a submission was answered with another shopper's order",
    spoilt('history', (rows) => change(rows, 1, { order: 'order-2' })),
  ],
  [
    'answer_of_another_shopper',
    "a guessed id was answered with another shopper's order",
    spoilt('history', (rows) => change(rows, 6, { outcome: 'ok', status: 200 })),
  ],
  [
    'answer_of_another_shopper',
    "a refusal names another shopper's order",
    spoilt('history', (rows) => [
      ...rows,
      submission({ id: 9, outcome: 'fail', status: 409, code: 'possible_duplicate', order: 'order-2' }),
    ]),
  ],
  [
    'internal_error',
    'the shop answered 500',
    spoilt('history', (rows) => [
      ...rows,
      submission({ id: 9, status: 500, outcome: 'unknown', order: undefined }),
    ]),
  ],
  [
    'never_settled',
    'an order still waits for its payment at the end',
    spoilt('orders', (rows) => change(rows, 1, { status: 'payment_unknown' })),
  ],
];

describe('the checker', () => {
  it('finds nothing in a run that kept every promise', () => {
    expect(checkHistory(goodRun())).toEqual([]);
  });

  it.each(wrong)('finds %s: %s', (kind, _what, evidence) => {
    expect(checkHistory(evidence).map((violation) => violation.kind)).toContain(kind);
  });

  it('names the calls that show a violation', () => {
    const [, , evidence] = wrong.find(([kind]) => kind === 'answers_differ') as (typeof wrong)[number];
    expect(checkHistory(evidence)).toMatchObject([{ kind: 'answers_differ', calls: [0, 1, 12] }]);
  });

  it('allows a card whose charge was unknown to be refused after "ordered" was answered', () => {
    const doubted = {
      ...spoilt('orders', (rows) => change(rows, 1, { status: 'payment_declined', wasUnknown: true })),
      payments: change([...goodRun().payments], 1, { status: 'declined' }),
      charges: goodRun().charges.slice(1),
    };
    expect(checkHistory(doubted)).toEqual([]);
    const ended = change([...doubted.orders], 1, { status: 'cancelled' });
    const stock = change([...goodRun().stock], 0, { available: 7 });
    expect(checkHistory({ ...doubted, orders: ended, stock })).toEqual([]);
  });

  it('allows an order to end after the owner refunded it in the dashboard', () => {
    const ended = mirrored(refundedElsewhere(1_000, { status: 'refunded' }));
    const stock = change([...goodRun().stock], 0, { available: 7 });
    expect(checkHistory({ ...ended, stock })).toEqual([]);
  });

  it('allows an order to stay paid after the owner refunded a part of it', () => {
    expect(checkHistory(mirrored(refundedElsewhere(150)))).toEqual([]);
    expect(checkHistory(mirrored(refundedElsewhere(150, { status: 'fulfilled' })))).toEqual([]);
  });

  it('allows shipped goods to be refunded, and does not expect their units back in stock', () => {
    const after = whenFulfilled({ refunded: 1_000, goneAtMs: 500 });
    const payments = change([...after.payments], 5, { status: 'refunded', refundedMinor: 1_000 });
    const orders = change([...after.orders], 4, { status: 'refunded', wasFulfilled: true });
    expect(checkHistory({ ...after, payments, orders })).toEqual([]);
  });

  it('allows an order to stay paid or fulfilled after its charge is disputed', () => {
    const disputed = { disputed: 1_000, goneAtMs: 600, elsewhere: true };
    const run = spoilt('charges', (rows) => change(change(rows, 0, disputed), 4, disputed));
    const disputes = [
      { providerRef: 'du-2', status: 'open' },
      { providerRef: 'du-7', status: 'closed' },
    ];
    const providerDisputes = [
      { id: 'du-2', paymentIntent: 'pi-2', status: 'under_review' },
      { id: 'du-7', paymentIntent: 'pi-7', status: 'warning_closed' },
    ];
    expect(checkHistory({ ...run, disputes, providerDisputes })).toEqual([]);
  });

  it("allows the shopper's bank to refuse a card later, and the order to end unpaid", () => {
    const run = spoilt('history', (rows) => change(rows, 3, { bankDecides: true }));
    const payments = change([...run.payments], 1, { status: 'declined' });
    const refused = { ...run, payments, charges: run.charges.slice(1) };
    const declined = change([...run.orders], 1, { status: 'payment_declined' });
    expect(checkHistory({ ...refused, orders: declined })).toEqual([]);
    const ended = change([...run.orders], 1, { status: 'cancelled' });
    const stock = change([...run.stock], 0, { available: 7 });
    expect(checkHistory({ ...refused, orders: ended, stock })).toEqual([]);
  });

  it('allows a refused submission to make an order when it is sent again', () => {
    const run = goodRun();
    const first = submission({ id: 30, again: true, startMs: 0, ...refused('out_of_stock') });
    const placedAt = (placedMs: number) => {
      const orders = change([...run.orders], 0, { placedMs });
      return checkHistory({ ...run, orders, history: [first, ...run.history] }).map(({ kind }) => kind);
    };
    expect(placedAt(1_000)).toEqual([]);
    // An order from before the refusal is a violation.
    expect(placedAt(-1_000)).toEqual(['refused_and_ordered']);
  });

  it('allows a refund to fail at the bank and to be requested again', () => {
    const again = {
      orderId: 'order-4',
      attempt: 1,
      amountMinor: 1_000,
      status: 'failed',
      providerRef: 're-0',
    };
    const failed = { id: 're-0', paymentIntent: 'pi-4', amount: 1_000, status: 'failed' };
    const run = goodRun();
    const refunds = [...run.refunds, again];
    expect(checkHistory({ ...run, refunds, providerRefunds: [failed, ...run.providerRefunds] })).toEqual([]);
  });

  it('allows a refused submission to be sent again and accepted', () => {
    const before = submission({ id: 10, ...refused('out_of_stock') });
    expect(checkHistory(spoilt('history', (rows) => [before, ...rows]))).toEqual([]);
  });
});

describe('a history', () => {
  const question: Question = { kind: 'order', app: 0, client: 0, shopper: 'ada', token: 'token-1' };
  const recorded = async (status: number, body: unknown, kind: Question['kind'] = 'order') => {
    const history = new History();
    await history.record({ ...question, kind }, async () => ({
      status,
      body: Buffer.from(JSON.stringify(body)),
    }));
    return history.calls[0] as Call;
  };

  test.each([
    ['accepted', 201, { order: { id: 'x' } }, 'ok'],
    ['already ordered', 200, { order: { id: 'x' } }, 'ok'],
    ['a declined card with an existing order', 402, { code: 'payment_declined', order: { id: 'x' } }, 'ok'],
    ['sold out', 409, { code: 'out_of_stock' }, 'fail'],
    ['overloaded', 503, { code: 'overloaded' }, 'fail'],
    ['still in progress', 409, { code: 'in_progress' }, 'unknown'],
    ['database away', 503, { code: 'unavailable' }, 'unknown'],
    ['an error', 500, { code: 'internal' }, 'unknown'],
    ['a request that did not arrive completely', 408, {}, 'unknown'],
    ['rate limited', 429, { code: 'rate_limited' }, 'fail'],
    ['a payment with an unknown outcome', 409, { code: 'payment_unsettled' }, 'unknown'],
  ])('records the outcome that a client can know: %s', async (_what, status, body, outcome) => {
    expect(await recorded(status, body)).toMatchObject({ status, outcome });
  });

  it('does not trust "overloaded" from nginx, which may have tried both processes', async () => {
    const history = new History();
    const body = Buffer.from('{"code":"overloaded"}');
    await history.record({ ...question, app: 2 }, async () => ({ status: 503, body }));
    expect(history.calls).toMatchObject([{ status: 503, outcome: 'unknown' }]);
  });

  it('records a refused cancellation while a payment is open as a failure', async () => {
    expect(await recorded(409, { code: 'payment_unsettled' }, 'cancel')).toMatchObject({ outcome: 'fail' });
  });

  it('records a missing answer as unknown', async () => {
    const history = new History();
    await history.record(question, () => Promise.reject(new Error('reset')));
    expect(history.calls).toMatchObject([{ status: 0, outcome: 'unknown' }]);
  });

  it('records the order that an answer names, and a hash of its bytes', async () => {
    const call = await recorded(201, { order: { id: 'x' } });
    expect(call).toMatchObject({ order: 'x', answer: expect.stringMatching(/^[0-9a-f]{24}$/) });
  });
});
