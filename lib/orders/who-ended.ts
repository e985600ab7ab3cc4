import type { EndedBy } from '#lib/orders/schema.ts';
import { db } from '#lib/platform/database/db.ts';

/** How an order ended; undefined for one that has not. */
export async function whoEnded({ userId, id }: { userId: string; id: string }): Promise<EndedBy | undefined> {
  const order = await db().order.findUnique({
    where: { userId_id: { userId, id } },
    select: { endedBy: true },
  });
  return (order?.endedBy as EndedBy | null) ?? undefined;
}
