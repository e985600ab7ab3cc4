import { expect } from 'vitest';
import { fulfilOrder } from '#lib/order-management/fulfil-order.ts';
import type { OrderStatus } from '#lib/orders/schema.ts';
import { db } from '#lib/platform/database/db.ts';
import type { Call } from '#proof/harness/shopper/call.ts';
import { Shopper } from '#proof/harness/shopper/shopper.ts';
import type { Simulator } from '#proof/simulator/start-simulator.ts';
import { type Table, writesNothing } from '#tests/support/contract/hostile-input.ts';
import { bankCard, card, declinedCard } from '#tests/support/money.ts';
import { eva } from '#tests/support/shop/actors.ts';
import { addProduct } from '#tests/support/shop/shop.ts';

/** An existing order that hostile requests target and must not change. */
interface StandingOrder {
  id: string;
  status: OrderStatus;
  /** The provider's id of its charge; undefined for an invoice. */
  ref: string | undefined;
}

/** One shopper, with an order in every state in which an order can rest. */
interface StandingOrders {
  shopper: Shopper;
  orders: StandingOrder[];
  /** The first order with this status. */
  one: (status: OrderStatus) => StandingOrder;
  /** Places another order, paid by card or, without a token, by invoice. */
  add: (token?: string) => Promise<StandingOrder>;
}

export async function existingOrders(call: Call, simulator: Simulator): Promise<StandingOrders> {
  const sku = await addProduct('STANDING');
  const shopper = new Shopper(call);
  const add = async (token?: string): Promise<StandingOrder> => {
    await shopper.put(sku, 1);
    const body = await shopper.body({ confirmDuplicate: true, ...(token && card(token)) });
    const { order } = (await (await shopper.order(body)).json()) as { order: { id: string } };
    return readOrder(order.id);
  };
  const cancel = async ({ id }: StandingOrder) => {
    const response = await shopper.send('POST', `/api/orders/${id}/cancel`, {});
    if (response.status !== 200) throw new Error(`cancel: ${response.status}`);
  };
  const made = [await add(), await add(declinedCard), await add(bankCard), await add('pm_card_visa')];
  const [invoice, paid, fulfilled] = [await add(), await add('pm_card_visa'), await add('pm_card_visa')];
  await cancel(invoice);
  await cancel(paid);
  await fulfilOrder({ userId: shopper.userId, orderId: fulfilled.id, actor: eva });
  // Deliver all waiting events now, so that none changes an order during a test.
  await simulator.flushWebhooks();
  const orders = await Promise.all([...made, invoice, paid, fulfilled].map(({ id }) => readOrder(id)));
  const one = (status: OrderStatus) => {
    const order = orders.find((candidate) => candidate.status === status);
    if (!order) throw new Error(`no order is ${status}`);
    return order;
  };
  return { shopper, orders, one, add };
}

async function readOrder(id: string): Promise<StandingOrder> {
  const { status, payments } = await db().order.findFirstOrThrow({
    where: { id },
    include: { payments: true },
  });
  return { id, status: status as OrderStatus, ref: payments[0]?.providerRef ?? undefined };
}

/**
 * `writesNothing`, and the provider's ledger must not change either: no charge, cancellation or refund.
 * Earlier events are delivered before `work`, and the events of `work` are delivered before the check.
 */
export async function movesNothing<T>(
  simulator: Simulator,
  work: () => Promise<T>,
  options: { except?: readonly Table[] } = {},
): Promise<T> {
  await simulator.flushWebhooks();
  const before = simulator.ledger();
  const workAndHear = async () => {
    const done = await work();
    await simulator.flushWebhooks();
    return done;
  };
  const done = await writesNothing(workAndHear, options);
  expect(simulator.ledger()).toEqual(before);
  return done;
}
