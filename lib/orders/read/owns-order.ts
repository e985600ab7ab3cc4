import { db } from '#lib/platform/database/db.ts';
import { isUuid } from '#lib/platform/text/uuid.ts';

/** Whether the order belongs to this shopper. */
export async function ownsOrder({ userId, id }: { userId: string; id: string }): Promise<boolean> {
  if (!isUuid(id)) return false;
  const where = { userId_id: { userId, id } };
  return (await db().order.findUnique({ where, select: { id: true } })) !== null;
}
