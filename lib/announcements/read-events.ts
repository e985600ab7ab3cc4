import type { ShippingAddress } from '#lib/checkout/shipping-address.ts';
import { db } from '#lib/db.ts';
import { siteUrl } from '#lib/env.ts';
import type { OrderVersion } from '#lib/jobs/jobs.ts';
import type { MailEvent, MailOrder } from '#lib/mail/write-mail.ts';
import type { OrderStatus } from '#lib/orders/schema.ts';

/** A version of an order with all that is said about it to anybody. */
export interface KnownEvent extends OrderVersion {
  event: MailEvent & { from: OrderStatus | null; to: OrderStatus; reason: string; at: Date; latest: boolean };
  order: MailOrder & { id: string; email: string };
}

/**
 * The events and their orders, in as few questions as there are tables, however many events. One
 * that isn't there is left out: jobs are enqueued in the transaction of their event, so there is none.
 */
export async function readEvents(versions: readonly OrderVersion[]): Promise<KnownEvent[]> {
  const keys = versions.map(({ userId, orderId, version }) => ({ userId, orderId, version }));
  const rows = await db().orderEvent.findMany({
    // The lists let the partitions be chosen; the rows asked for are those below.
    where: { userId: { in: keys.map(({ userId }) => userId) }, OR: keys },
    include: {
      order: {
        omit: { cartId: true, submitToken: true, bodyHash: true, linesHash: true },
        include: {
          lines: { select: { title: true, quantity: true, unitPriceMinor: true }, orderBy: { sku: 'asc' } },
          payments: {
            select: {
              method: true,
              status: true,
              refundedMinor: true,
              refunds: { select: { amountMinor: true, createdAt: true } },
            },
            orderBy: { attempt: 'asc' },
          },
        },
      },
    },
  });
  return rows.map(({ order, userId, orderId, version, fromStatus, toStatus, actor, reason, at }) => ({
    userId,
    orderId,
    version,
    event: {
      from: fromStatus as OrderStatus | null,
      to: toStatus as OrderStatus,
      latest: order.version === version,
      actor,
      reason,
      at,
      // A refund is recorded in the transaction of its event, so it has the event's time.
      returnedMinor: order.payments
        .flatMap(({ refunds }) => refunds)
        .find(({ createdAt }) => createdAt.getTime() === at.getTime())?.amountMinor,
    },
    order: {
      ...order,
      // Written by this shop from a validated submission, so it has the shape it was given.
      shippingAddress: order.shippingAddress as ShippingAddress,
      url: new URL(`/orders/${orderId}`, siteUrl()).href,
    },
  }));
}
