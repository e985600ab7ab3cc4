import type { Tx } from '#lib/platform/database/db.ts';
import { sign } from '#lib/platform/signing.ts';

/** Limits per hour: requests from a network, and links for an order. */
export const orderLinkLimits = {
  /** An office or a mobile network has many people, but they rarely need a link. */
  network: 300,
  order: 3,
} as const;

/** Counts one use and returns whether it was within the limit. */
export async function countOrderLink(
  tx: Tx,
  kind: keyof typeof orderLinkLimits,
  subject: string,
): Promise<boolean> {
  const hash = sign('once.order-link-quota.v1', `${kind}\n${subject}`).toString('base64url');
  const counted = await tx.$executeRaw`
    INSERT INTO order_link_quota AS quota (subject, hour, used)
    VALUES (${hash}, date_trunc('hour', now(), 'UTC'), 1)
    ON CONFLICT (subject, hour) DO UPDATE SET used = quota.used + 1
    WHERE quota.used < ${orderLinkLimits[kind]}`;
  return counted > 0;
}

/** Deletes counts of hours that no longer matter. */
export function deleteLinkQuotas(tx: Tx, days: number, limit: number): Promise<number> {
  return tx.$executeRaw`
    DELETE FROM order_link_quota AS quota USING (
      SELECT subject, hour FROM order_link_quota
      WHERE hour < now() - make_interval(days => ${days}::int)
      ORDER BY hour LIMIT ${limit} FOR UPDATE SKIP LOCKED) AS old
    WHERE quota.subject = old.subject AND quota.hour = old.hour`;
}
