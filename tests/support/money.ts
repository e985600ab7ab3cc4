import { expect } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import type { OrderBody, Shopper } from '#proof/harness/shopper/shopper.ts';
import type { Simulator } from '#proof/simulator/start-simulator.ts';

/** What the tests of payments share. */

export const card = (token = 'pm_card_visa') => ({ payment: { method: 'card', token } });

export const declinedCard = 'pm_card_chargeDeclined';
export const bankCard = 'pm_card_authenticationRequired';

/** The body that orders the cart with a card. */
export const cardBody = (shopper: Shopper, token?: string): Promise<OrderBody> => shopper.body(card(token));

export interface OrderInDb {
  holdUntil: Date | null;
  userId: string;
  id: string;
  status: string;
  totalMinor: number;
  accepted: boolean;
  payments: { attempt: number; status: string; providerRef: string | null; refundedMinor: number }[];
}

/** Reads the shopper's only order from the database. */
export async function orderOf(shopper: Shopper): Promise<OrderInDb> {
  const order = await db().order.findFirstOrThrow({
    where: { userId: shopper.userId },
    include: { payments: { orderBy: { attempt: 'asc' } } },
  });
  return { ...order, accepted: order.acceptedAt !== null };
}

/** Waits until an order matches, and returns it. */
export async function eventually(
  shopper: Shopper,
  isSo: (order: OrderInDb) => boolean,
  withinMs = 10_000,
): Promise<OrderInDb> {
  const until = Date.now() + withinMs;
  for (;;) {
    const order = await orderOf(shopper);
    if (isSo(order) || Date.now() > until) return order;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/**
 * Compares the provider's books with ours, order by order. They must agree; no order has two live charges; no
 * paid order has less money than its total; and no charge lacks an order.
 */
export async function expectBooksToAgree(simulator: Simulator): Promise<void> {
  await simulator.flushWebhooks();
  const orders = await db().order.findMany({ include: { payments: { include: { refunds: true } } } });
  const byId = new Map(orders.map((order) => [order.id, order]));
  for (const row of simulator.ledger()) {
    expect(byId.has(row.orderId ?? ''), `charge ${row.paymentIntent} has an order`).toBe(true);
  }
  for (const { id, status, totalMinor, payments } of orders) {
    const rows = simulator.ledger(id);
    const live = rows.filter((row) => row.live);
    expect(live.length, `live charges of order ${id}`).toBeLessThanOrEqual(1);
    const kept = live.reduce((sum, row) => sum + row.authorized - row.voided - row.refunded, 0);
    const ours = payments
      .filter(({ status: now }) => ['succeeded', 'authorized', 'returning'].includes(now))
      .reduce((sum, payment) => sum + payment.amountMinor - payment.refundedMinor - underWay(payment), 0);
    expect({ id, status, kept }).toEqual({ id, status, kept: ours });
    const paidWhole = live.some((row) => row.authorized - row.voided === totalMinor);
    if (status === 'paid' || status === 'fulfilled') {
      const isInvoice = payments.some(({ method }) => method === 'invoice');
      expect(isInvoice || paidWhole, `order ${id} is paid whole`).toBe(true);
    }
  }
}

/** Refunds that the provider has started and not confirmed. Its ledger already counts them as refunded. */
function underWay({
  refunds,
}: {
  refunds: { status: string; providerRef: string | null; amountMinor: number }[];
}) {
  return refunds
    .filter(({ status, providerRef }) => status === 'created' && providerRef !== null)
    .reduce((sum, { amountMinor }) => sum + amountMinor, 0);
}
