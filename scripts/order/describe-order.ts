import { addressLines } from '#lib/checkout/format-address.ts';
import type { ShippingAddress } from '#lib/checkout/shipping-address.ts';
import { db } from '#lib/db.ts';
import { formatMoney } from '#lib/money.ts';
import type { OrderKey } from '#lib/orders/find-order.ts';

/** All that an operator wants to know of an order, as lines of text. */
export async function describeOrder({ userId, orderId }: OrderKey): Promise<string> {
  const order = await db().order.findUniqueOrThrow({
    where: { userId_id: { userId, id: orderId } },
    include: {
      lines: { orderBy: { sku: 'asc' } },
      payments: { include: { refunds: { orderBy: { createdAt: 'asc' } } }, orderBy: { attempt: 'asc' } },
      events: { orderBy: { version: 'asc' } },
    },
  });
  const money = (minor: number) => formatMoney(minor, order.currency);
  const hold = order.holdUntil ? `, its stock is held until ${order.holdUntil.toISOString()}` : '';
  return [
    `Order ${order.number}  ${order.status}${hold}`,
    `  ${order.id}  ${order.email}  ${money(order.totalMinor)}`,
    ...order.lines.map(
      ({ sku, title, quantity, unitPriceMinor }) =>
        `  ${quantity} × ${sku}  ${title}  ${money(unitPriceMinor)}`,
    ),
    `Ship to (${order.shippingMethod})`,
    // Written by this shop from a validated submission, so it has the shape it was given.
    ...addressLines(order.shippingAddress as ShippingAddress).map((line) => `  ${line}`),
    'Payments',
    ...order.payments.flatMap(
      ({ attempt, method, status, amountMinor, providerRef, declineCode, refunds }) => [
        `  ${[attempt, method, status, money(amountMinor), providerRef, declineCode].filter(Boolean).join('  ')}`,
        ...refunds.map(
          (refund) =>
            `     refund ${refund.id}  ${refund.status}  ${money(refund.amountMinor)}  ${refund.actor}: ${refund.reason}`,
        ),
      ],
    ),
    'Events',
    ...order.events.map(
      ({ version, at, toStatus, actor, reason }) =>
        `  ${version}  ${at.toISOString()}  ${toStatus}  ${actor}: ${reason}`,
    ),
  ].join('\n');
}
