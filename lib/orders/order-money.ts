import { db } from '#lib/db.ts';
import type { EndedBy } from '#lib/orders/schema.ts';

/** What a page must know to tell the truth about an order's money, beside what the order itself shows. */
export interface OrderMoney {
  /** How the order ended; undefined while it has not. */
  endedBy: EndedBy | undefined;
  /** The attempt that paid it; undefined for one that was never paid by card. */
  paidAttempt: number | undefined;
  charges: ChargeMoney[];
  /** Whether money came after it was cancelled. */
  cameLate: boolean;
}

interface ChargeMoney {
  attempt: number;
  /** What the provider took. Of an amount that is only reserved, nothing. */
  capturedMinor: number;
  /** What is to be refunded of it, and not confirmed. */
  requestedMinor: number;
}

export async function readOrderMoney({ userId, id }: { userId: string; id: string }): Promise<OrderMoney> {
  const ofOrder = { userId, orderId: id };
  const [order, late, before] = await Promise.all([
    db().order.findUnique({
      where: { userId_id: { userId, id } },
      select: {
        endedBy: true,
        paidAttempt: true,
        payments: {
          select: {
            attempt: true,
            capturedMinor: true,
            refunds: { select: { amountMinor: true }, where: { status: 'created' } },
          },
        },
      },
    }),
    db().orderEvent.findFirst({
      where: { ...ofOrder, toStatus: 'cancelled', kind: { in: ['refund_requested', 'refunded'] } },
      select: { kind: true },
    }),
    db().orderEvent.findFirst({ where: { ...ofOrder, ...knownBefore }, select: { kind: true } }),
  ]);
  return {
    endedBy: (order?.endedBy as EndedBy | null) ?? undefined,
    paidAttempt: order?.paidAttempt ?? undefined,
    charges: (order?.payments ?? []).map(({ refunds, ...charge }) => ({
      ...charge,
      requestedMinor: refunds.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
    })),
    cameLate: late !== null && before === null,
  };
}

/** Events which show that a charge was known before its order was cancelled; `read-events.ts` asks the same. */
const knownBefore = {
  OR: [
    { toStatus: { not: 'cancelled' }, kind: { in: ['refund_requested', 'refunded', 'refund_failed'] } },
    // What was held then is requested with the cancellation.
    { toStatus: 'cancelled', kind: 'status', amountMinor: { not: null } },
  ],
};
