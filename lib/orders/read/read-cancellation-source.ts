import type { CancellationSource } from '#lib/orders/schema.ts';
import { db } from '#lib/platform/database/db.ts';

/** How an order ended; undefined while it has not. */
export async function readCancellationSource({
  userId,
  id,
}: {
  userId: string;
  id: string;
}): Promise<CancellationSource | undefined> {
  const order = await db().order.findUnique({
    where: { userId_id: { userId, id } },
    select: { endedBy: true },
  });
  return (order?.endedBy as CancellationSource | null) ?? undefined;
}
