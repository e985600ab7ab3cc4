import type { ShippingAddress } from '#lib/checkout/shipping-address.ts';
import { db } from '#lib/db.ts';
import { isCancellable } from '#lib/orders/cancel-order.ts';
import { nextAttempt } from '#lib/orders/pay-order.ts';
import type { OrderStatus, OrderView, PaymentStatus } from '#lib/orders/schema.ts';
import { publicDeclineCode } from '#lib/payments/public-decline-code.ts';
import { isUuid } from '#lib/uuid.ts';

/** The live order, for its owner; undefined for anybody else and for what doesn't exist. */
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
    payments: attempts.map(({ declineCode, actionUrl, ...payment }) => ({
      ...payment,
      ...(declineCode === null ? {} : { declineCode: publicDeclineCode(declineCode) }),
      ...(actionUrl === null ? {} : { actionUrl }),
    })),
    payable: attempt === undefined ? null : { attempt },
    holdUntil: holdUntil?.toISOString() ?? null,
    // Written by this shop from a validated submission, so it has the shape it was given.
    shippingAddress: order.shippingAddress as ShippingAddress,
    cancellable: isCancellable(status),
    placedAt: order.placedAt.toISOString(),
  };
}
