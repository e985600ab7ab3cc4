import { expect } from 'vitest';
import { fulfilOrder } from '#lib/order-management/fulfil-order.ts';
import type { OrderStatus } from '#lib/orders/schema.ts';
import { db } from '#lib/platform/database/db.ts';
import type { Simulator } from '#proof/simulator/start-simulator.ts';
import type { Call } from '#tests/support/call.ts';
import { type Table, writesNothing } from '#tests/support/hostile-input.ts';
import { bankCard, card, declinedCard, userIdOf } from '#tests/support/money.ts';
import { addProduct } from '#tests/support/shop.ts';
import { Shopper } from '#tests/support/shopper.ts';

/** An order that hostile requests are about, and that they are not to change. */
interface StandingOrder {
  id: string;
  status: OrderStatus;
  /** The provider's name of its charge; none for an invoice. */
  ref: string | undefined;
}

/** One shopper, with an order of every kind that can be at rest. */
interface StandingOrders {
  shopper: Shopper;
  orders: StandingOrder[];
  /** The first one of this status. */
  one: (status: OrderStatus) => StandingOrder;
  /** One more, paid by a card or, without one, by invoice. */
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
  await fulfilOrder({ userId: userIdOf(shopper), orderId: fulfilled.id, actor: 'operator:eva' });
  // What the provider has to tell it has told, so that it changes nothing in the midst of a test.
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
 * `writesNothing`, and neither does the provider: nothing is charged, called off or given back. What
 * it still has to tell of earlier it tells before, and what it would tell of this is waited for.
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
