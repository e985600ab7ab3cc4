import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expireHolds } from '#lib/order-management/expire-holds.ts';
import { fulfilOrder } from '#lib/order-management/fulfil-order.ts';
import { refundOrder } from '#lib/order-management/refund-order.ts';
import type { OrderStatus } from '#lib/orders/schema.ts';
import type { PaymentStatus } from '#lib/payment-provider/statuses.ts';
import { settleUnknownPayment } from '#lib/payments/settling/settle-unknown-payment.ts';
import { db } from '#lib/platform/database/db.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { type OrderBody, type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { bankCard, cardBody, declinedCard, expectBooksToAgree, orderOf } from '#tests/support/money.ts';
import { eva } from '#tests/support/shop/actors.ts';
import { answerBank } from '#tests/support/shop/bank.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct, availableOf } from '#tests/support/shop/shop.ts';

/**
 * A small model of a card order's life runs beside the real system: database, provider and webhooks.
 * Shoppers, operators, banks and the clock act in any order. After every step the model and the system agree,
 * stock is correct, and the records agree.
 */

const { simulator } = await openPayingShop();

const cards = { visa: 'pm_card_visa', declined: declinedCard, bank: bankCard };
type Card = keyof typeof cards;

/** The order's expected state. */
interface Model {
  status: OrderStatus | 'none';
  payments: PaymentStatus[];
  /** The card of the last attempt. */
  card: Card;
  accepted: boolean;
  fulfilled: boolean;
  refundedMinor: number;
  /** The hold ended while the payment was unknown: no other card is taken. */
  holdIsOver: boolean;
}

/** The order's actual state. */
interface Real {
  shopper: Shopper;
  body: OrderBody;
  sku: string;
}

const stock = 9;
const partMinor = 100;

function charged(model: Model, card: Card, isUnknown: boolean): void {
  const [status, payment] = isUnknown
    ? (['payment_unknown', 'unknown'] as const)
    : {
        visa: ['paid', 'succeeded'] as const,
        declined: ['payment_declined', 'declined'] as const,
        bank: ['payment_pending', 'requires_action'] as const,
      }[card];
  model.card = card;
  model.status = status;
  model.payments.push(payment);
  model.accepted ||= payment !== 'declined';
}

function lastBecomes(model: Model, payment: PaymentStatus, status: OrderStatus): void {
  model.payments[model.payments.length - 1] = payment;
  model.status = status;
}

const isEnded = ({ status }: Model) => status === 'cancelled' || status === 'refunded';

async function expectTheSame(model: Model, { shopper, sku, body }: Real): Promise<void> {
  const order = await orderOf(shopper);
  expect({
    status: order.status,
    payments: order.payments.map(({ status }) => status),
    accepted: order.accepted,
    refundedMinor: order.payments.reduce((sum, { refundedMinor }) => sum + refundedMinor, 0),
  }).toEqual({
    status: model.status,
    payments: model.payments,
    accepted: model.accepted,
    refundedMinor: model.refundedMinor,
  });
  expect(order.totalMinor).toBe(body.totalMinor);
  expect(await availableOf(sku)).toBe(isEnded(model) && !model.fulfilled ? stock : stock - 1);
}

const keyOf = async ({ shopper }: Real) => {
  const { userId, id: orderId } = await orderOf(shopper);
  return { userId, orderId };
};

/** A step: when it is possible, its effect on the model, and the same step on the real system. */
interface Step {
  name: string;
  when: (model: Model) => boolean;
  model: (model: Model, real: Real) => void;
  real: (real: Real, before: Readonly<Model>) => Promise<unknown>;
}

const noAnswer = () =>
  simulator.addFault({ kind: 'error_before', on: { method: 'POST', path: '^/v1/payment_intents$' } });

const chargingSteps = (card: Card, isUnknown: boolean): { submit: Step; pay: Step } => ({
  submit: {
    name: `submit(${card}${isUnknown ? ', no answer' : ''})`,
    when: ({ status }) => status === 'none',
    model: (model) => charged(model, card, isUnknown),
    async real(real) {
      if (isUnknown) noAnswer();
      real.body = await cardBody(real.shopper, cards[card]);
      const { status } = await real.shopper.order(real.body);
      expect(status).toBe(card === 'declined' && !isUnknown ? 402 : 201);
    },
  },
  pay: {
    name: `pay(${card}${isUnknown ? ', no answer' : ''})`,
    when: ({ payments }) => payments.length < 10,
    model(model) {
      const waitsAtTheBank = model.payments.at(-1) === 'requires_action';
      if ((model.status !== 'payment_declined' && !waitsAtTheBank) || model.holdIsOver) return;
      if (waitsAtTheBank) lastBecomes(model, 'declined', 'payment_declined');
      charged(model, card, isUnknown);
    },
    async real(real, { status, payments, holdIsOver }) {
      const waits = status === 'payment_declined' || payments.at(-1) === 'requires_action';
      const payable = waits && !holdIsOver;
      if (isUnknown && payable) noAnswer();
      const attempt = payments.length + 1;
      const { orderId } = await keyOf(real);
      const response = await real.shopper.send('POST', `/api/orders/${orderId}/payments`, {
        attempt,
        method: 'card',
        token: cards[card],
      });
      expect(response.status).toBe(!payable ? 409 : card === 'declined' && !isUnknown ? 402 : 201);
    },
  },
});

const otherSteps: Step[] = [
  {
    name: 'submit again',
    when: () => true,
    model: () => undefined,
    async real({ shopper, body }, { accepted }) {
      expect((await shopper.order(body)).status).toBe(accepted ? 201 : 402);
    },
  },
  ...(['confirm', 'refuse'] as const).map(
    (answer): Step => ({
      name: `the bank: ${answer}`,
      when: ({ payments }) => payments.at(-1) === 'requires_action',
      model: (model) =>
        answer === 'confirm'
          ? lastBecomes(model, 'succeeded', 'paid')
          : lastBecomes(model, 'declined', 'payment_declined'),
      async real(real) {
        await answerBank(real.shopper, `/api/orders/${(await keyOf(real)).orderId}`, answer);
        await simulator.flushWebhooks();
      },
    }),
  ),
  {
    name: 'the job asks',
    when: ({ payments }) => payments.at(-1) === 'unknown',
    model(model) {
      model.payments.pop();
      charged(model, model.card, false);
    },
    real: async (real, { payments }) =>
      settleUnknownPayment({ ...(await keyOf(real)), attempt: payments.length }),
  },
  {
    name: 'cancel',
    when: () => true,
    model(model, { body }) {
      if (model.fulfilled || isEnded(model)) return;
      const last = model.payments.at(-1);
      if (last === 'succeeded') {
        lastBecomes(model, 'refunded', 'refunded');
        model.refundedMinor = body.totalMinor as number;
      } else lastBecomes(model, 'declined', 'cancelled');
    },
    async real(real, before) {
      const { orderId } = await keyOf(real);
      const { status } = await real.shopper.send('POST', `/api/orders/${orderId}/cancel`, {});
      expect(status).toBe(before.fulfilled && !isEnded(before as Model) ? 409 : 200);
    },
  },
  ...[partMinor, undefined].map(
    (amountMinor): Step => ({
      name: amountMinor ? 'refund a part' : 'refund the rest',
      when: ({ payments }) => payments.at(-1) === 'succeeded',
      model(model, { body }) {
        const total = body.totalMinor as number;
        model.refundedMinor = amountMinor ? model.refundedMinor + amountMinor : total;
        if (model.refundedMinor === total) lastBecomes(model, 'refunded', 'refunded');
      },
      real: async (real) =>
        refundOrder({
          ...(await keyOf(real)),
          id: randomUUID(),
          amountMinor,
          reason: 'test',
          actor: eva,
        }),
    }),
  ),
  {
    name: 'fulfil',
    when: () => true,
    model(model) {
      if (model.status !== 'paid') return;
      model.status = 'fulfilled';
      model.fulfilled = true;
    },
    async real(real, { status }) {
      const done = fulfilOrder({ ...(await keyOf(real)), actor: eva });
      if (status === 'paid' || status === 'fulfilled')
        expect(await done).toEqual({ changed: status === 'paid' });
      else await expect(done).rejects.toMatchObject({ code: 'not_fulfillable' });
    },
  },
  {
    name: 'the hold ends',
    when: () => true,
    model(model) {
      if (model.status === 'payment_declined' || model.status === 'payment_pending') {
        lastBecomes(model, 'declined', 'cancelled');
      }
      model.holdIsOver ||= model.status === 'payment_unknown';
    },
    async real(real) {
      const { orderId } = await keyOf(real);
      await db().$executeRaw`
        UPDATE orders SET hold_until = now() - interval '1 second'
        WHERE id = ${orderId}::uuid AND hold_until IS NOT NULL`;
      await db().$executeRaw`
        UPDATE payment SET created_at = now() - interval '15 minutes' WHERE order_id = ${orderId}::uuid`;
      await expireHolds();
    },
  },
];

function commandOf(step: Step): fc.AsyncCommand<Model, Real> {
  return {
    check: (model) => step.when(model),
    toString: () => step.name,
    async run(model, real) {
      const before = structuredClone(model);
      await step.real(real, before);
      step.model(model, real);
      await expectTheSame(model, real);
    },
  };
}

const charging = (Object.keys(cards) as Card[]).flatMap((card) => [
  chargingSteps(card, false),
  chargingSteps(card, true),
]);

/** A submission and the steps after it. */
const lives = fc.tuple(
  fc.constantFrom(...charging.map(({ submit }) => submit)),
  fc.commands(
    [...charging.map(({ pay }) => pay), ...otherSteps].map((step) => fc.constant(commandOf(step))),
    { maxCommands: 12, size: 'max' },
  ),
);

let runs = 0;

async function begin(submit: Step): Promise<{ model: Model; real: Real }> {
  const sku = await addProduct(`MODEL-${++runs}`, { available: stock });
  const real = { shopper: await shopperWith(callHandlers, sku), sku, body: { submitToken: '' } };
  const model: Model = {
    status: 'none',
    payments: [],
    card: 'visa',
    accepted: false,
    fulfilled: false,
    refundedMinor: 0,
    holdIsOver: false,
  };
  await commandOf(submit).run(model, real);
  return { model, real };
}

test('the model and the shop agree after every step of a card order’s life', async () => {
  await fc.assert(
    fc.asyncProperty(lives, async ([submit, list]) => {
      simulator.clearFaults();
      await fc.asyncModelRun(() => begin(submit), list);
    }),
    { numRuns: 60, interruptAfterTimeLimit: 30_000 },
  );
  await expectBooksToAgree(simulator);
});
