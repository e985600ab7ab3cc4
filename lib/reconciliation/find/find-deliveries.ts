import { Prisma } from '#lib/generated/prisma/client.ts';
import { env } from '#lib/platform/env.ts';
import type { Scope } from '#lib/reconciliation/find/scope.ts';

/** Emails and events of orders that were not delivered, or never written. */

/** Emails are kept for some time only: see MAIL_KEPT_DAYS. */
const keptDays = (): number => env().MAIL_KEPT_DAYS || 36_500;

/** Mail servers and receivers may be down for a while; the jobs try again for days. */
const lateMinutes = 60;

const late = Prisma.sql`now() - make_interval(mins => ${lateMinutes}::int)`;

export const findDeliveries = ({ orders, shoppers }: Scope) => Prisma.sql`
  WITH known AS NOT MATERIALIZED (SELECT o.user_id, o.id FROM orders o WHERE ${orders})
  SELECT 'not_delivered' AS kind, format('email %s/%s/%s', o.id, m.version, m.kind) AS subject, o.user_id AS "userId",
         o.id AS "orderId", NULL::text AS "providerRef",
         jsonb_build_object('email', m.kind, 'status', m.status, 'since', m.created_at) AS ours, NULL::jsonb AS theirs
  FROM known o JOIN mail m ON m.user_id = o.user_id AND m.order_id = o.id
  WHERE ${shoppers('m.user_id')} AND (m.status = 'queued' AND m.created_at < ${late} OR m.status = 'refused')
  UNION ALL
  SELECT 'not_delivered', format('event %s/%s', o.id, w.version), o.user_id, o.id, NULL,
         jsonb_build_object('event', w.message_id, 'status', w.status, 'since', w.created_at), NULL
  FROM known o JOIN webhook_delivery w ON w.user_id = o.user_id AND w.order_id = o.id
  WHERE ${shoppers('w.user_id')} AND w.status = 'queued' AND w.created_at < ${late}
  UNION ALL
  -- These changes of an order always write an email, also one that is not sent because there were too many.
  SELECT 'not_delivered', format('announcement %s/%s', o.id, e.version), o.user_id, o.id, NULL,
         jsonb_build_object('status', e.to_status, 'since', e.at), NULL
  FROM known o JOIN order_event e ON e.user_id = o.user_id AND e.order_id = o.id
  WHERE ${shoppers('e.user_id')} AND e.kind = 'status' AND e.to_status IN ('placed', 'paid', 'fulfilled')
    AND e.from_status IS DISTINCT FROM e.to_status AND e.from_status IS DISTINCT FROM 'refunded'
    AND e.at < ${late} AND e.at > now() - make_interval(days => ${keptDays()}::int) + interval '1 hour'
    AND NOT EXISTS (
      SELECT FROM mail m WHERE ${shoppers('m.user_id')} AND m.user_id = o.user_id AND m.order_id = o.id
        AND m.version = e.version)`;
