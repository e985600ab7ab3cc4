import type { OrderRowView } from '#components/orders/order-row.tsx';
import { findVariants } from '#lib/catalogue/find-variants.ts';
import { expectedArrival } from '#lib/orders/expected-arrival.ts';
import { listOrdersInFull } from '#lib/orders/read/list-orders.ts';
import { env } from '#lib/platform/env.ts';
import { dayInWords } from '#lib/platform/text/day.ts';
import { currentRules } from '#lib/pricing/current-rules.ts';

/** Reads a page of the list of orders. Throws `invalid_request` for a cursor that the list did not give. */
export async function readOrdersPage(query: {
  userId: string;
  cursor: string | undefined;
}): Promise<{ orders: OrderRowView[]; nextCursor: string | null }> {
  const [{ orders, nextCursor }, rules] = await Promise.all([listOrdersInFull(query), currentRules()]);
  const variants = await findVariants([
    ...new Set(orders.flatMap(({ lines }) => lines.map(({ sku }) => sku))),
  ]);
  const { SHOP_TIME_ZONE } = env();
  return {
    nextCursor,
    orders: orders.map((order) => ({
      id: order.id,
      number: order.number,
      status: order.status,
      disputed: order.disputed,
      currency: order.currency,
      totalMinor: order.totalMinor,
      placedAt: order.placedAt.toISOString(),
      placedOn: dayInWords(order.placedAt, SHOP_TIME_ZONE),
      arrival: expectedArrival(order, rules),
      lines: order.lines.map((line) => ({ ...line, image: variants.get(line.sku)?.image })),
    })),
  };
}
