import { db } from '#lib/db.ts';
import { holdsActor } from '#lib/payments/settle.ts';

/** By whose hand an order ended: its owner's, the clock's because it was not paid in time, or the shop's. */
export type EndedBy = 'shopper' | 'hold' | 'shop';

/** Undefined for an order that has not ended. What was announced about it since does not count. */
export async function whoEnded({ userId, id }: { userId: string; id: string }): Promise<EndedBy | undefined> {
  const [event] = await db().$queryRaw<{ actor: string }[]>`
    SELECT actor FROM order_event
    WHERE user_id = ${userId}::uuid AND order_id = ${id}::uuid
      AND to_status IN ('cancelled', 'refunded') AND from_status IS DISTINCT FROM to_status
    ORDER BY version DESC LIMIT 1`;
  if (!event) return undefined;
  if (event.actor === holdsActor) return 'hold';
  return event.actor === 'shopper' ? 'shopper' : 'shop';
}
