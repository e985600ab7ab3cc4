import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { afterEach, expect } from 'vitest';
import { orderNews } from '#components/orders/status/order-news.ts';
import { notify } from '#lib/notifications/notify.ts';
import { getOrder } from '#lib/order-management/get-order.ts';
import { refundOrder } from '#lib/order-management/refund-order.ts';
import { readOrderMoney } from '#lib/orders/money/order-money.ts';
import { declineSentence } from '#lib/payment-provider/decline-sentence.ts';
import { queryCharge } from '#lib/payments/query-charge.ts';
import { settlePayment } from '#lib/payments/settling/settle-payment.ts';
import { settleRefund } from '#lib/payments/settling/settle-refund.ts';
import { db } from '#lib/platform/database/db.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { conforming } from '#tests/support/contract/conforming.ts';
import { cardBody, expectBooksToAgree, type OrderInDb, orderOf } from '#tests/support/money.ts';
import { eva, settling } from '#tests/support/shop/actors.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct } from '#tests/support/shop/shop.ts';

/** A shop whose provider can fail to refund, for the tests of that. */

export const { simulator } = await openPayingShop(
  { OPERATOR_EMAIL: 'owner@shop.example' },
  { settleMs: 600_000 },
);

export const call = conforming(callHandlers);

export const { dashboard } = simulator;

afterEach(async () => {
  simulator.clearFaults();
  await expectBooksToAgree(simulator);
});

export interface Refunded {
  shopper: Shopper;
  sku: string;
  order: OrderInDb;
  /** The charge of attempt 1. */
  ref: string;
  refundIds: string[];
}

export const keyOf = ({ userId, id }: OrderInDb) => ({ userId, orderId: id });

export const pathOf = ({ id }: OrderInDb) => `/api/orders/${id}`;

export const payAgain = (shopper: Shopper, order: OrderInDb, attempt = 2, token = 'pm_card_visa') =>
  shopper.send('POST', `${pathOf(order)}/payments`, { attempt, method: 'card', token });

export const cancel = (shopper: Shopper, order: OrderInDb) =>
  shopper.send('POST', `${pathOf(order)}/cancel`, {});

let orders = 0;

/** A new product for each order, so that the tests don't sell each other out. */
export function nextSku(): string {
  orders += 1;
  return `FAILS-${orders}`;
}

/**
 * An order of $17.49 whose first charge got no answer. It was refunded in the dashboard (in these parts)
 * before the shop had heard of it, so the order waits for another card.
 */
export async function refunded(partsMinor: (number | undefined)[] = [undefined]): Promise<Refunded> {
  const sku = await addProduct(nextSku(), { available: 5 });
  const shopper = await shopperWith(call, sku);
  simulator.addFault({ kind: 'reply_lost', on: { method: 'POST', path: '^/v1/payment_intents$' }, times: 2 });
  simulator.addFault({ kind: 'webhook_drop', times: 200 });
  await shopper.order(await cardBody(shopper));
  const unknown = await orderOf(shopper);
  const ref = simulator.ledger(unknown.id)[0]?.paymentIntent ?? '';
  const refundIds: string[] = [];
  for (const part of partsMinor) refundIds.push((await dashboard.refund(ref, part)).refund?.id ?? '');
  await settlePayment({ key: { ...keyOf(unknown), attempt: 1 }, ask: queryCharge, actor: settling });
  const order = await orderOf(shopper);
  expect(order).toMatchObject({ status: 'payment_declined', payments: [{ status: 'refunded' }] });
  return { shopper, sku, order, ref, refundIds };
}

/** Does the work of the jobs a few seconds later. */
export async function settleRefunds({ id: orderId }: OrderInDb): Promise<void> {
  const open = await db().refund.findMany({ where: { orderId, status: 'created' } });
  for (const { userId, id } of open) await settleRefund({ userId, orderId, id });
}

export async function said({ userId, id }: OrderInDb): Promise<string> {
  const order = (await getOrder({ userId, id })) ?? expect.unreachable();
  const decline = declineSentence(order.payments.at(-1)?.declineCode);
  return orderNews(order, { decline, ...(await readOrderMoney({ userId, id })) }).join(' ');
}

export async function mailsOf(order: OrderInDb) {
  const key = keyOf(order);
  const events = await db().orderEvent.findMany({ where: key, orderBy: { version: 'asc' } });
  await notify({ events: events.map(({ version }) => ({ ...key, version })) });
  const mails = await db().mail.findMany({ where: key, orderBy: { version: 'asc' } });
  return mails.map(({ kind, body }) => ({ kind, text: body.replaceAll('\n', ' ') }));
}

export async function run(...args: string[]): Promise<string> {
  const script = path.resolve(import.meta.dirname, '..', '..', 'scripts', 'order.ts');
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (text) => {
    out += text;
  });
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
  return out;
}

export const refund = (order: OrderInDb, amountMinor?: number, attempt?: number) =>
  refundOrder({
    ...keyOf(order),
    id: randomUUID(),
    amountMinor,
    attempt,
    reason: 'goodwill',
    actor: eva,
  });
