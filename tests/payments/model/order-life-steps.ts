import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { expireHolds } from '#lib/order-management/expire-holds.ts';
import { fulfilOrder } from '#lib/order-management/fulfil-order.ts';
import { refundOrder } from '#lib/order-management/refund-order.ts';
import { settleUnknownPayment } from '#lib/payments/settling/settle-unknown-payment.ts';
import { db } from '#lib/platform/database/db.ts';
import type { Simulator } from '#proof/simulator/start-simulator.ts';
import { cardBody } from '#tests/support/money.ts';
import { eva } from '#tests/support/shop/actors.ts';
import { answerBank } from '#tests/support/shop/bank.ts';
import {
  type Card,
  cards,
  charged,
  isEnded,
  keyOf,
  lastBecomes,
  type Model,
  partMinor,
  type Step,
} from './order-life.ts';

/** What shoppers, operators, banks and the clock do in the life of a card order. */
export function stepsOf(simulator: Simulator) {
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

  const charging = (Object.keys(cards) as Card[]).flatMap((card) => [
    chargingSteps(card, false),
    chargingSteps(card, true),
  ]);

  return { charging, otherSteps };
}
