import { Prisma } from '#lib/generated/prisma/client.ts';
import type { OrderVersion } from '#lib/jobs/jobs.ts';
import type { LaterEvent } from '#lib/notifications/choose-notifications.ts';
import type { EmailEvent, EmailOrder } from '#lib/notifications/email/write-email.ts';
import { type EventMoney, moneyOf } from '#lib/notifications/money-of.ts';
import type { OrderEventKind } from '#lib/orders/change-order.ts';
import { expectedArrival } from '#lib/orders/expected-arrival.ts';
import { isDisputed } from '#lib/orders/money/money-sentences.ts';
import { type MoneyFacts, moneyFactsSql, summarize } from '#lib/orders/money/order-money.ts';
import type { OrderStatus } from '#lib/orders/schema.ts';
import { db } from '#lib/platform/database/db.ts';
import { env, siteUrl } from '#lib/platform/env.ts';
import { currentRules } from '#lib/pricing/current-rules.ts';
import { countryName } from '#lib/shipping/country-name.ts';

/** A version of an order with everything that its notifications say. */
export interface KnownEvent extends OrderVersion {
  event: EmailEvent & {
    from: OrderStatus | null;
    to: OrderStatus;
    kind: OrderEventKind;
    actor: string;
    at: Date;
    isHeld: boolean;
    since: LaterEvent[];
    refundAskedAgain: boolean;
    money: EventMoney;
  };
  order: EmailOrder & { id: string; email: string };
}

interface Row
  extends OrderVersion,
    Omit<KnownEvent['order'], 'id' | 'url' | 'lines' | 'money' | 'countryName' | 'timeZone' | 'arrival'> {
  shippingMethod: string;
  from: OrderStatus | null;
  to: OrderStatus;
  kind: OrderEventKind;
  reason: string;
  actor: string;
  at: Date;
  since: LaterEvent[];
  amountMinor: number | null;
  lines: EmailOrder['lines'];
  facts: MoneyFacts;
}

/**
 * Reads events and their orders in one statement, however many: notifications are written while a rush is
 * going on. A missing event is left out. In practice none is missing, because jobs are enqueued in the
 * transaction of their event.
 */
export async function readEvents(versions: readonly OrderVersion[]): Promise<KnownEvent[]> {
  const rows = await db().$queryRaw<Row[]>`
    SELECT event.user_id AS "userId", event.order_id AS "orderId", event.version,
           event.from_status AS "from", event.to_status AS "to", event.reason, event.actor, event.at,
           event.kind, event.amount_minor AS "amountMinor",
           (SELECT coalesce(json_agg(json_build_object('kind', later.kind, 'to', later.to_status)
                                    ORDER BY later.version), '[]')
            FROM order_event later
            WHERE later.user_id = event.user_id AND later.order_id = event.order_id
              AND later.version > event.version) AS since,
           orders.number, orders.currency, orders.email,
           orders.subtotal_minor AS "subtotalMinor", orders.shipping_minor AS "shippingMinor",
           orders.tax_minor AS "taxMinor", orders.discount_minor AS "discountMinor",
           orders.total_minor AS "totalMinor", orders.shipping_address AS "shippingAddress",
           orders.shipping_method AS "shippingMethod", orders.placed_at AS "placedAt", orders.hold_until AS "holdUntil",
           (SELECT json_agg(json_build_object('title', title, 'quantity', quantity, 'unitPriceMinor', unit_price_minor)
                            ORDER BY sku)
            FROM order_line line
            WHERE line.user_id = event.user_id AND line.order_id = event.order_id) AS lines,
           ${moneyFactsSql({ userId: Prisma.sql`orders.user_id`, id: Prisma.sql`orders.id` })} AS facts
    FROM json_to_recordset(${JSON.stringify(versions)}::json) AS wanted ("userId" uuid, "orderId" uuid, version int)
    JOIN order_event event ON event.user_id = wanted."userId" AND event.order_id = wanted."orderId"
      AND event.version = wanted.version
    JOIN orders ON orders.user_id = event.user_id AND orders.id = event.order_id`;
  const rules = await currentRules();
  return rows.map(({ userId, orderId, version, ...row }) => {
    const {
      from,
      to,
      kind,
      reason,
      actor,
      at,
      since,
      amountMinor: about,
      facts,
      shippingMethod,
      ...order
    } = row;
    const summary = summarize(facts);
    const amountMinor = about ?? undefined;
    const money = moneyOf({ to, kind, at, amountMinor }, facts);
    const refundAskedAgain = since.some((later) => later.kind === 'refund_requested');
    const isHeld = order.holdUntil !== null && order.holdUntil > at;
    const happened = { from, to, kind, reason, actor, at, since, amountMinor, refundAskedAgain, isHeld };
    return {
      userId,
      orderId,
      version,
      event: { ...happened, money, endedBy: facts.endedBy ?? undefined, attempt: money.attempt },
      order: {
        ...order,
        countryName: countryName(rules.countries, order.shippingAddress.country),
        money: summary,
        timeZone: env().SHOP_TIME_ZONE,
        arrival: expectedArrival(
          {
            status: facts.status,
            shippingMethod,
            placedAt: order.placedAt,
            paidAt: facts.paidAt === null ? null : new Date(facts.paidAt),
            fulfilledAt: facts.fulfilledAt === null ? null : new Date(facts.fulfilledAt),
            disputed: isDisputed(summary),
          },
          rules,
          at,
        ),
        id: orderId,
        url: new URL(`/orders/${orderId}`, siteUrl()).href,
      },
    };
  });
}
