import { isCancellable } from '#lib/order-management/cancel-order.ts';
import type { OrderStatus, OrderView } from '#lib/orders/schema.ts';
import { publicDeclineCode } from '#lib/payment-provider/public-decline-code.ts';
import type { PaymentStatus } from '#lib/payment-provider/statuses.ts';
import { nextAttempt } from '#lib/payments/next-attempt.ts';
import { db } from '#lib/platform/database/db.ts';
import { isUuid } from '#lib/platform/text/uuid.ts';
import type { ShippingAddress } from '#lib/shipping/shipping-address.ts';

/** The live order for its shopper; undefined for other shoppers and when it doesn't exist. */
export async function getOrder({
  userId,
  id,
}: {
  userId: string;
  id: string;
}): Promise<OrderView | undefined> {
  if (!isUuid(id)) return undefined;
  const order = await db().order.findUnique({
    where: { userId_id: { userId, id } },
    omit: {
      userId: true,
      cartId: true,
      submitToken: true,
      bodyHash: true,
      linesHash: true,
      acceptedAt: true,
      emailHash: true,
      networkHash: true,
      unitCount: true,
      endedBy: true,
      fulfilledAt: true,
      paidAttempt: true,
    },
    include: {
      lines: {
        select: { sku: true, title: true, quantity: true, unitPriceMinor: true },
        orderBy: { sku: 'asc' },
      },
      payments: {
        select: {
          attempt: true,
          method: true,
          status: true,
          amountMinor: true,
          refundedMinor: true,
          declineCode: true,
          actionUrl: true,
          refunds: { select: { amountMinor: true }, where: { status: 'created' } },
        },
        orderBy: { attempt: 'asc' },
      },
    },
  });
  if (!order) return undefined;
  const status = order.status as OrderStatus;
  const { holdUntil, payments, ...shown } = order;
  const attempts = payments.map((payment) => ({ ...payment, status: payment.status as PaymentStatus }));
  const attempt = nextAttempt(status, attempts);
  return {
    ...shown,
    status,
    payments: attempts.map(({ declineCode, actionUrl, refunds: _, ...payment }) => ({
      ...payment,
      ...(declineCode === null ? {} : { declineCode: publicDeclineCode(declineCode) }),
      ...(actionUrl === null ? {} : { actionUrl }),
    })),
    refundedMinor: sum(attempts.map(({ refundedMinor }) => refundedMinor)),
    refundRequestedMinor: sum(
      attempts.flatMap(({ refunds }) => refunds.map(({ amountMinor }) => amountMinor)),
    ),
    disputed: await isDisputed({ userId, id }),
    payable: attempt === undefined ? null : { attempt },
    holdUntil: holdUntil?.toISOString() ?? null,
    // Written by this shop from a validated submission, so it has this shape.
    shippingAddress: order.shippingAddress as ShippingAddress,
    cancellable: isCancellable(status),
    placedAt: order.placedAt.toISOString(),
  };
}

const sum = (amounts: number[]): number => amounts.reduce((all, minor) => all + minor, 0);

/** Whether a dispute is open or lost. A dispute that the shop has won does not count. */
async function isDisputed({ userId, id: orderId }: { userId: string; id: string }): Promise<boolean> {
  const where = { userId, orderId, kind: 'dispute', status: { in: ['open', 'lost'] } };
  return (await db().dispute.findFirst({ where, select: { kind: true } })) !== null;
}
