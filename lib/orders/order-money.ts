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
  /** What a bank took away of it in disputes that were lost. */
  lostMinor: number;
  /** A bank disputes it, and has not decided yet. */
  isDisputed: boolean;
}

export async function readOrderMoney({ userId, id }: { userId: string; id: string }): Promise<OrderMoney> {
  const ofOrder = { userId, orderId: id };
  const [order, late, before, disputes] = await Promise.all([
    db().order.findUnique({
      where: { userId_id: { userId, id } },
      select: {
        endedBy: true,
        paidAttempt: true,
        payments: {
          select: {
            attempt: true,
            capturedMinor: true,
            lostMinor: true,
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
    db().dispute.findMany({
      where: { ...ofOrder, kind: 'dispute', status: 'open' },
      select: { attempt: true },
    }),
  ]);
  return {
    endedBy: (order?.endedBy as EndedBy | null) ?? undefined,
    paidAttempt: order?.paidAttempt ?? undefined,
    charges: (order?.payments ?? []).map(({ refunds, ...charge }) => ({
      ...charge,
      requestedMinor: refunds.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
      isDisputed: disputes.some(({ attempt }) => attempt === charge.attempt),
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
