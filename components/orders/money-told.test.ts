import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { orderNews } from '#components/orders/status/order-news.ts';
import {
  chooseNotifications,
  type LaterEvent,
  type OrderEvent,
} from '#lib/notifications/choose-notifications.ts';
import { type EmailOrder, writeEmail } from '#lib/notifications/email/write-email.ts';
import { moneyOf } from '#lib/notifications/money-of.ts';
import { ofAttempt, onCancel } from '#lib/orders/money/money-sentences.ts';
import {
  type MoneyFacts,
  type OrderMoney,
  type PaymentFacts,
  type RefundFacts,
  summarize,
} from '#lib/orders/money/order-money.ts';
import { cancelledAt, moneyFacts, paymentFacts } from '#lib/orders/money/order-money-samples.ts';
import type { CancellationSource, OrderStatus, OrderView } from '#lib/orders/schema.ts';
import type { PaymentStatus } from '#lib/payment-provider/statuses.ts';
import { formatMoney } from '#lib/platform/money.ts';

/**
 * Generates every possible order with up to three attempts. Its page and its emails must agree with the
 * database rows about its money. Reviews had repeatedly found false sentences, one at a time.
 */

const all = 4_599;

/** Refunds of a charge: a share of the remaining amount, or of the whole amount if the refund fails. */
const refundsOf = fc.array(
  fc.record({
    share: fc.constantFrom(1, 0.5, 0.25),
    status: fc.constantFrom<RefundFacts['status']>('created', 'succeeded', 'failed'),
    // Before the payment, after it, and after the cancellation.
    madeAt: fc.constantFrom(2, 10, cancelledAt, cancelledAt + 10),
    lasted: fc.constantFrom(0, 1, 15),
  }),
  { maxLength: 3 },
);

/** A charged card, with any later outcome. */
const charged = fc
  .record({
    made: refundsOf,
    lost: fc.constantFrom(0, 0, 0.5, 1),
    isDisputed: fc.boolean(),
    keeps: fc.boolean(),
  })
  .map(({ made, lost, isDisputed, keeps }): PaymentFacts => {
    const lostMinor = Math.floor(all * lost);
    let left = all - lostMinor;
    const refunds = made.flatMap(({ share, status, madeAt, lasted }): RefundFacts[] => {
      const amountMinor = Math.floor((status === 'failed' ? all : left) * share);
      if (status !== 'failed') left -= amountMinor;
      return amountMinor < 1 ? [] : [{ amountMinor, status, madeAt, changedAt: madeAt + lasted }];
    });
    const refundedMinor = sum(refunds.map((one) => (one.status === 'succeeded' ? one.amountMinor : 0)));
    const requestedMinor = sum(refunds.map((one) => (one.status === 'created' ? one.amountMinor : 0)));
    const isGone = refundedMinor + requestedMinor >= all;
    const status = refundedMinor >= all ? 'refunded' : isGone || !keeps ? 'returning' : 'succeeded';
    return paymentFacts({ status, capturedMinor: all, refundedMinor, lostMinor, isDisputed, refunds });
  });

const uncharged = (status: PaymentStatus): PaymentFacts => paymentFacts({ status });

/** A reserved amount whose release at the provider is done or pending. */
const reserved = fc
  .record({ isDone: fc.boolean(), madeAt: fc.constantFrom(10, cancelledAt, cancelledAt + 10) })
  .map(({ isDone, madeAt }): PaymentFacts => {
    const status = isDone ? 'succeeded' : 'created';
    return paymentFacts({
      status: isDone ? 'refunded' : 'returning',
      refundedMinor: isDone ? all : 0,
      refunds: [{ amountMinor: all, status, madeAt, changedAt: madeAt + 1 }],
    });
  });

/** An attempt that does not pay its order. */
const other = fc.oneof(fc.constantFrom(uncharged('declined'), uncharged('voided')), charged, reserved);

const isBack = ({ status }: PaymentFacts): boolean => status === 'refunded';

/** The attempt that pays the order, or that is under way, by the order's status. */
const main: Record<OrderStatus, fc.Arbitrary<PaymentFacts>> = {
  placed: fc.constant(paymentFacts({ method: 'invoice', status: 'due' })),
  payment_pending: fc.constantFrom(uncharged('created'), uncharged('requires_action')),
  payment_processing: fc.constant(uncharged('processing')),
  payment_unknown: fc.constant(uncharged('unknown')),
  payment_declined: other,
  paid: fc.oneof(
    charged.filter((one) => !isBack(one)),
    fc.constant(uncharged('authorized')),
  ),
  fulfilled: charged.filter((one) => !isBack(one)),
  cancelled: fc.oneof(
    charged.filter((one) => !isBack(one)),
    reserved.filter((one) => !isBack(one)),
    other,
  ),
  refunded: fc.oneof(charged.filter(isBack), reserved.filter(isBack)),
};

const pays: readonly OrderStatus[] = ['paid', 'fulfilled', 'refunded'];

const orders: fc.Arbitrary<MoneyFacts> = fc
  .constantFrom(...(Object.keys(main) as OrderStatus[]))
  .chain((status) =>
    fc.record({
      status: fc.constant(status),
      own: main[status],
      others: status === 'placed' ? fc.constant([]) : fc.array(other, { maxLength: 2 }),
      place: fc.nat(2),
      wasPaid: fc.boolean(),
      endedBy: fc.constantFrom<CancellationSource>('shopper', 'operator', 'provider', 'hold'),
    }),
  )
  .map(({ status, own, others, place, wasPaid, endedBy }) => {
    const isLast = !pays.includes(status) && status !== 'cancelled';
    const at = isLast ? others.length : Math.min(place, others.length);
    const payments = others.toSpliced(at, 0, own).map((one, index) => ({ ...one, attempt: index + 1 }));
    const isOwn = pays.includes(status) || (status === 'cancelled' && wasPaid && mayHavePaid(own));
    const isOver = status === 'cancelled' || status === 'refunded';
    return moneyFacts({
      status,
      payments,
      paidAttempt: isOwn ? at + 1 : null,
      endedBy: isOver ? endedBy : null,
    });
  });

/** A fully refunded attempt would have made its order `refunded`. */
const mayHavePaid = (one: PaymentFacts): boolean =>
  !isBack(one) && (one.capturedMinor > 0 || one.refunds.length > 0);

function pageOf(facts: MoneyFacts, money: OrderMoney): string {
  const view = { status: facts.status, payments: facts.payments } as unknown as OrderView;
  const sentences = orderNews(view, { decline: 'The card was declined.', ...money });
  expect(new Set(sentences).size, 'each is drawn once').toBe(sentences.length);
  return sentences.join(' ');
}

/** The possible events of the order, each with what happened after it. */
function eventsOf(facts: MoneyFacts): OrderEvent[] {
  const { status, paidAttempt, payments } = facts;
  const isOver = status === 'cancelled' || status === 'refunded';
  const now: LaterEvent[] = [{ kind: 'status', to: status }];
  const event = (
    from: OrderStatus | null,
    to: OrderStatus,
    kind: OrderEvent['kind'],
    at: number,
    amountMinor?: number,
  ): OrderEvent & { amountMinor: number | undefined } => ({
    from,
    to,
    kind,
    amountMinor,
    isHeld: true,
    since: kind === 'status' && to !== status ? now : [],
    money: moneyOf({ to, kind, at: new Date(at), amountMinor }, facts),
  });
  return [
    ...(paidAttempt === null ? [] : [event('payment_pending', 'paid', 'status', 5)]),
    ...(isOver
      ? [event(paidAttempt === null ? 'payment_declined' : 'paid', 'cancelled', 'status', cancelledAt)]
      : []),
    ...(status === 'paid'
      ? []
      : [event('paid', status, 'status', 40, status === 'refunded' ? all : undefined)]),
    ...payments.flatMap(({ refunds }) =>
      refunds.flatMap(({ status: became, madeAt, changedAt, amountMinor }) => [
        event(status, status, 'refund_requested', madeAt, amountMinor),
        event(status, status, 'refunded', changedAt, amountMinor),
        ...(became === 'failed' ? [event(status, status, 'refund_failed', changedAt, amountMinor)] : []),
      ]),
    ),
  ];
}

const address = {
  name: 'Ada',
  line1: '1 St',
  line2: null,
  city: 'X',
  region: null,
  postalCode: '1',
  country: 'US' as const,
};

function mailsOf(facts: MoneyFacts, money: OrderMoney): string[] {
  const order: EmailOrder = {
    number: 'N',
    currency: 'USD',
    subtotalMinor: all,
    shippingMinor: 0,
    taxMinor: 0,
    discountMinor: 0,
    totalMinor: all,
    shippingAddress: address,
    countryName: 'United States',
    placedAt: new Date(0),
    holdUntil: null,
    lines: [],
    money,
    url: 'https://shop.test/orders/1',
  };
  return eventsOf(facts).flatMap((event) => {
    const { mail } = chooseNotifications(event);
    if (!mail) return [];
    const { endedBy } = facts;
    const { amountMinor } = event as OrderEvent & { amountMinor: number | undefined };
    const told = { endedBy: endedBy ?? undefined, amountMinor, attempt: event.money.attempt, reason: '' };
    const { subject, body } = writeEmail(mail, order, told);
    return [`${subject}. ${body.split('Order N of')[0]?.replaceAll('\n', ' ')}`];
  });
}

const sum = (amounts: readonly number[]): number => amounts.reduce((total, one) => total + one, 0);
const shown = (minor: number): string => formatMoney(minor, 'USD');
const amountsIn = (text: string, before: RegExp): string[] =>
  [...text.matchAll(before)].map(([, found]) => found ?? '');

/** The truth from the rows, computed without the summary. */
function truthOf(facts: MoneyFacts) {
  const { payments, status, paidAttempt } = facts;
  const of = (one: PaymentFacts, became: RefundFacts['status']) =>
    sum(one.refunds.filter((refund) => refund.status === became).map(({ amountMinor }) => amountMinor));
  const charges = payments.filter(({ capturedMinor }) => capturedMinor > 0);
  const calledOff = payments.filter(({ capturedMinor }) => capturedMinor === 0);
  const keptOf = (one: PaymentFacts) =>
    one.capturedMinor - one.refundedMinor - of(one, 'created') - one.lostMinor;
  const hasEnded = status === 'cancelled' || status === 'refunded';
  const owed = charges.filter(({ attempt }) => hasEnded || attempt !== paidAttempt);
  return {
    isCharged: charges.length > 0,
    refunds: charges.flatMap(({ refunds }) => refunds),
    refundedMinor: sum(charges.map(({ refundedMinor }) => refundedMinor)),
    requestedMinor: sum(charges.map((one) => of(one, 'created'))),
    releasingMinor: sum(calledOff.map((one) => of(one, 'created'))),
    keptMinor: sum(charges.map(keptOf)),
    owedMinor: sum(owed.map(keptOf)),
    wasReserved: calledOff.some((one) => ['voided', 'returning', 'refunded'].includes(one.status)),
    cameLate: payments.some(
      ({ refunds, attempt }) =>
        attempt !== paidAttempt && refunds.length > 0 && refunds.every(({ madeAt }) => madeAt > cancelledAt),
    ),
  };
}

function expectTrue(text: string, facts: MoneyFacts, money: OrderMoney): void {
  const truth = truthOf(facts);
  const failedMinor = sum(money.attempts.map((one) => one.failedMinor));
  if (truth.isCharged) expect(text).not.toMatch(/nothing was charged/i);
  for (const found of amountsIn(text, /refund of (\S+) is requested/g)) {
    expect(found, text).toBe(shown(truth.requestedMinor));
  }
  for (const found of amountsIn(text, /asked for the (\S+) reserved/g)) {
    expect(found, text).toBe(shown(truth.releasingMinor));
  }
  if (truth.requestedMinor + truth.releasingMinor === 0) expect(text).not.toMatch(/requested|asked for the/);
  const named = [
    ...amountsIn(text, /refund of (\S+) could not be made/g),
    ...amountsIn(text, /(\S+) of your money is still with us/g),
  ].map((found) => Math.round(Number(found.slice(1)) * 100));
  // At least the owed amount; at most also failed goodwill refunds of a valid order.
  expect(sum(named), text).toBeGreaterThanOrEqual(truth.owedMinor);
  expect(sum(named), text).toBeLessThanOrEqual(truth.keptMinor);
  expect(sum(named), text).toBe(failedMinor + sum(money.attempts.map((one) => one.owedMinor)));
  if (failedMinor === 0) expect(text).not.toContain('could not be made');
  if (truth.refundedMinor === 0) expect(text).not.toContain('refunded');
  for (const found of amountsIn(text, /(\$[\d.,]+)(?: of your payment| of it)? was refunded/g)) {
    expect(Math.round(Number(found.slice(1)) * 100), text).toBeLessThanOrEqual(truth.refundedMinor);
  }
  for (const found of amountsIn(text, /(\S+) of this order was refunded in all/g)) {
    expect(found, text).toBe(shown(truth.refundedMinor));
  }
  if (!truth.cameLate) expect(text).not.toMatch(/came after|came (too )?late/);
  if (money.status === 'cancelled' || money.status === 'refunded') {
    expect(text).not.toMatch(/getting (it|your order) ready/);
  }
  if (!truth.wasReserved) expect(text).not.toMatch(/released/);
  if (truth.requestedMinor + truth.releasingMinor + truth.keptMinor + truth.refundedMinor > 0) {
    expect(text).not.toContain('nothing to pay');
  }
  const known = [
    all,
    truth.requestedMinor,
    truth.releasingMinor,
    truth.refundedMinor,
    ...money.attempts.map(({ refundedMinor }) => refundedMinor),
    sum(money.attempts.filter((one) => !one.pays && !one.isReserved).map((one) => one.refundedMinor)),
    sum(money.attempts.slice(0, -1).map((one) => (one.isReserved ? 0 : one.refundedMinor))),
    ...truth.refunds.filter(({ status }) => status === 'succeeded').map(({ amountMinor }) => amountMinor),
    ...named,
  ].map(shown);
  for (const found of amountsIn(text, /(\$[\d,]+\.\d\d)/g)) expect(known, text).toContain(found);
}

const runs = { numRuns: 4_000 };

describe('every possible order', () => {
  test('has a page that tells the truth about its money', () => {
    fc.assert(
      fc.property(orders, (facts) => {
        const money = summarize(facts);
        expectTrue(pageOf(facts, money), facts, money);
      }),
      runs,
    );
  });

  test('has only emails that tell the truth about its money', () => {
    fc.assert(
      fc.property(orders, (facts) => {
        const money = summarize(facts);
        for (const text of mailsOf(facts, money)) expectTrue(text, facts, money);
      }),
      runs,
    );
  });

  test('has a list of attempts that tells the truth about each', () => {
    fc.assert(
      fc.property(orders, (facts) => {
        const money = summarize(facts);
        for (const one of money.attempts) {
          const text = ofAttempt(money, one);
          if (one.capturedMinor > 0) expect(text).not.toContain('nothing charged');
          if (one.refundedMinor === 0 || one.isReserved) expect(text).not.toMatch(/refunded/i);
          expect(text.includes('not made yet')).toBe(one.failedMinor + one.owedMinor > 0);
          expect(text.includes('requested')).toBe(one.requestedMinor > 0);
        }
      }),
      runs,
    );
  });

  test('says before a cancellation what happens to all the money that the shop holds', () => {
    fc.assert(
      fc.property(orders, (facts) => {
        const text = onCancel(summarize(facts));
        const { keptMinor, requestedMinor } = truthOf(facts);
        const asks = amountsIn(text, /refund of (\S+) is requested,/g);
        expect(asks).toEqual(keptMinor > 0 ? [shown(keptMinor)] : []);
        if (keptMinor + requestedMinor > 0) expect(text).not.toContain('nothing to pay');
      }),
      runs,
    );
  });
});
