import fc from 'fast-check';
import { expect, test } from 'vitest';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { shopperWith } from '#proof/harness/shopper/shopper.ts';
import { expectBooksToAgree, orderOf } from '#tests/support/money.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct, availableOf } from '#tests/support/shop/shop.ts';
import { isEnded, type Model, type Real, type Step, stock } from './order-life.ts';
import { stepsOf } from './order-life-steps.ts';

/**
 * A small model of a card order's life runs beside the real system: database, provider and webhooks.
 * Shoppers, operators, banks and the clock act in any order. After every step the model and the system agree,
 * stock is correct, and the records agree.
 */

const { simulator } = await openPayingShop();

const { charging, otherSteps } = stepsOf(simulator);

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

/** On a busy machine fewer lives have to do. */
const limitMs = 30_000;

test('the model and the shop agree after every step of a card order’s life', async () => {
  // fast-check's own limit leaves a life in the middle of a step, and its books are compared below.
  const until = performance.now() + limitMs;
  await fc.assert(
    fc.asyncProperty(lives, async ([submit, list]) => {
      if (performance.now() > until) return;
      simulator.clearFaults();
      await fc.asyncModelRun(() => begin(submit), list);
    }),
    { numRuns: 60 },
  );
  await expectBooksToAgree(simulator);
});
