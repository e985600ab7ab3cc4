import type { Prisma } from '#lib/generated/prisma/client.ts';
import type { OrderKey } from '#lib/orders/read/find-order.ts';
import { db } from '#lib/platform/database/db.ts';
import { formatMoney } from '#lib/platform/money.ts';
import { currentRules } from '#lib/pricing/current-rules.ts';
import { countryName } from '#lib/shipping/country-name.ts';
import { addressLines } from '#lib/shipping/format-address.ts';
import type { ShippingAddress } from '#lib/shipping/shipping-address.ts';

/** Everything that an operator needs to know about an order, as lines of text. */
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
  const disputes = await db().dispute.findMany({ where: { userId, orderId }, orderBy: { createdAt: 'asc' } });
  const unmatched = await db().unmatchedCharge.findMany({
    where: { orderId },
    orderBy: { firstSeenAt: 'asc' },
  });
  // This shop wrote it from a validated submission, so its shape is known.
  const address = order.shippingAddress as ShippingAddress;
  const { countries } = await currentRules();
  const hold = order.holdUntil ? `, its stock is held until ${order.holdUntil.toISOString()}` : '';
  return [
    `Order ${order.number}  ${order.status}${hold}`,
    `  ${order.id}  ${order.email}  ${money(order.totalMinor)}`,
    ...order.lines.map(
      ({ sku, title, quantity, unitPriceMinor }) =>
        `  ${quantity} × ${sku}  ${title}  ${money(unitPriceMinor)}`,
    ),
    `Ship to (${order.shippingMethod})`,
    ...addressLines(address, countryName(countries, address.country)).map((line) => `  ${line}`),
    'Payments',
    ...order.payments.flatMap(paymentLines),
    ...disputes.map(
      ({ kind, status, amountMinor, reason, dueBy, answered, providerRef }) =>
        `  ${kind}  ${status}  ${money(amountMinor)}  ${reason}  ${providerRef}${dueBy ? `  evidence until ${dueBy.toISOString()}` : ''}${answered ? ', and it was sent' : ''}`,
    ),
    ...unmatched.map(
      ({ providerRef, amountMinor, currency, reason, resolvedAt }) =>
        `  unmatched charge ${providerRef}  ${formatMoney(amountMinor, currency)}  ${reason}${resolvedAt ? '  resolved' : ''}`,
    ),
    'Events',
    ...order.events.map(
      ({ version, at, toStatus, kind, actor, reason }) =>
        `  ${version}  ${at.toISOString()}  ${kind === 'status' ? toStatus : kind}  ${actor}: ${reason}`,
    ),
  ].join('\n');
}

type Payment = Prisma.PaymentGetPayload<{ include: { refunds: true } }>;

/** An attempt as the provider reports it, with its refunds below. */
function paymentLines({ refunds, ...payment }: Payment): string[] {
  const { attempt, method, status, amountMinor, refundedMinor, lostMinor, currency } = payment;
  const money = (minor: number) => formatMoney(minor, currency);
  const facts = [
    attempt,
    method,
    status,
    money(amountMinor),
    refundedMinor > 0 && `refunded ${money(refundedMinor)}`,
    lostMinor > 0 && `lost ${money(lostMinor)}`,
    payment.providerRef,
    payment.declineCode,
  ];
  return [
    `  ${facts.filter(Boolean).join('  ')}`,
    ...refunds.map(
      (refund) =>
        `     refund ${refund.id}  ${refund.status}  ${money(refund.amountMinor)}  ${refund.actor}: ${refund.reason}`,
    ),
  ];
}
