import type { OrderStatus } from '#lib/orders/schema.ts';
import { env } from '#lib/platform/env.ts';
import { calendarDay } from '#lib/platform/text/day.ts';
import type { PricingRules } from '#lib/pricing/rules.ts';
import { deliveryDates, estimateDelivery } from '#lib/shipping/delivery-estimate.ts';

export interface ExpectedOrder {
  status: OrderStatus;
  shippingMethod: string;
  placedAt: Date;
  /** When it was paid, if a card paid it: an order is packed from then on. */
  paidAt: Date | null;
  /** When it was sent. */
  fulfilledAt: Date | null;
  /** A disputed order is not sent. */
  disputed: boolean;
}

/** Orders that the shop is going to send, or has sent. */
const sent: readonly OrderStatus[] = ['placed', 'paid', 'fulfilled'];

/**
 * The days on which an order should arrive, in words: `Thu, Dec 3 – Mon, Dec 7`. Undefined when it is not sent,
 * when its method has no delivery days, and when it can't be right any more: the first of these days has come and
 * the parcel has not left, or left on that day or later, or all of them have passed.
 */
export function expectedArrival(
  { status, shippingMethod, placedAt, paidAt, fulfilledAt, disputed }: ExpectedOrder,
  { shippingMethods }: Pick<PricingRules, 'shippingMethods'>,
  now = new Date(),
): string | undefined {
  const days = shippingMethods.find(({ id }) => id === shippingMethod)?.deliveryDays;
  if (!days || disputed || !sent.includes(status)) return undefined;
  const { SHOP_TIME_ZONE: timeZone } = env();
  const estimate = estimateDelivery(paidAt ?? placedAt, days, timeZone);
  const leaves = calendarDay(fulfilledAt ?? now, timeZone);
  const isPossible = leaves < estimate.earliest && calendarDay(now, timeZone) <= estimate.latest;
  return isPossible ? deliveryDates(estimate) : undefined;
}
