import { afterEach, expect } from 'vitest';
import { notify } from '#lib/notifications/notify.ts';
import { fulfilOrder } from '#lib/order-management/fulfil-order.ts';
import { pollEvents } from '#lib/payments/events/poll-events.ts';
import { db } from '#lib/platform/database/db.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { type Shopper, shopperWith } from '#proof/harness/shopper/shopper.ts';
import { conforming } from '#tests/support/contract/conforming.ts';
import { cardBody, expectBooksToAgree, type OrderInDb, orderOf } from '#tests/support/money.ts';
import { eva } from '#tests/support/shop/actors.ts';
import { openPayingShop } from '#tests/support/shop/paying-shop.ts';
import { addProduct } from '#tests/support/shop/shop.ts';

const call = conforming(callHandlers);

/**
 * Opens a shop whose books are compared with the provider's after each test. Call it once, at the top of
 * the file.
 */
export async function openLedgerShop() {
  const { simulator } = await openPayingShop({ OPERATOR_EMAIL: 'owner@shop.example' }, { settleMs: 600_000 });
  const { dashboard } = simulator;
  afterEach(async () => {
    simulator.clearFaults();
    await pollEvents();
    await expectBooksToAgree(simulator);
  });

  /** Ways in which the shop learns what happens at the provider. */
  const ways = {
    'by a webhook': { before: async () => undefined, hear: () => simulator.flushWebhooks() },
    'by the list of events, because no webhook came': {
      before: async () => void simulator.addFault({ kind: 'webhook_drop', times: 200 }),
      hear: () => pollEvents(),
    },
    'by a webhook and by the list, twice': {
      before: async () => void simulator.addFault({ kind: 'webhook_duplicate', times: 200 }),
      async hear() {
        await Promise.all([simulator.flushWebhooks(), pollEvents(), pollEvents()]);
        await pollEvents();
      },
    },
  };
  const everyWay = Object.entries(ways).map(([name, way]) => ({ name, ...way }));

  let orders = 0;

  async function paid(
    token?: string,
  ): Promise<{ shopper: Shopper; order: OrderInDb; sku: string; ref: string }> {
    orders += 1;
    const sku = await addProduct(`LEDGER-${orders}`, { available: 5 });
    const shopper = await shopperWith(call, sku, 2);
    expect((await shopper.order(await cardBody(shopper, token))).status).toBe(201);
    await simulator.flushWebhooks();
    const order = await orderOf(shopper);
    return { shopper, order, sku, ref: order.payments[0]?.providerRef ?? '' };
  }

  return { simulator, dashboard, everyWay, paid };
}

export const keyOf = ({ userId, id }: OrderInDb) => ({ userId, orderId: id });
export const fulfil = (order: OrderInDb) => fulfilOrder({ ...keyOf(order), actor: eva });
export const cancel = (shopper: Shopper, { id }: OrderInDb) =>
  shopper.send('POST', `/api/orders/${id}/cancel`, {});
export const seen = async (shopper: Shopper, { id }: OrderInDb) =>
  (await shopper.request(`/api/orders/${id}`)).json() as Promise<Record<string, unknown>>;
export const eventsOf = ({ id: orderId }: OrderInDb) =>
  db().orderEvent.findMany({ where: { orderId }, orderBy: { version: 'asc' } });
export const refundsOf = ({ id: orderId }: OrderInDb) =>
  db().refund.findMany({ where: { orderId }, orderBy: { amountMinor: 'asc' } });

/** The emails about an order, as written once the notifications of all its events have run. */
export async function mailsOf(order: OrderInDb) {
  const events = (await eventsOf(order)).map(({ version }) => ({ ...keyOf(order), version }));
  await notify({ events });
  const mails = await db().mail.findMany({ where: { orderId: order.id }, orderBy: { version: 'asc' } });
  return mails.map(({ kind, recipient, body }) => ({ kind, recipient, text: body.replaceAll('\n', ' ') }));
}
