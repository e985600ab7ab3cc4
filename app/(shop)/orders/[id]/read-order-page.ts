import { orUnavailable } from '#app/_personal/or-unavailable.ts';
import type { PageRequest } from '#app/_personal/page-request.ts';
import { cardEntry } from '#app/card-entry.ts';
import type { OrderPageView } from '#components/orders/order-view.ts';
import type { OrderDays } from '#components/orders/status/timeline.ts';
import { findVariants } from '#lib/catalogue/find-variants.ts';
import { getOrder } from '#lib/order-management/get-order.ts';
import { openOrderAccess } from '#lib/order-management/order-access.ts';
import { expectedArrival } from '#lib/orders/expected-arrival.ts';
import { isDisputed } from '#lib/orders/money/money-sentences.ts';
import { type OrderMoney, readOrderMoney } from '#lib/orders/money/order-money.ts';
import type { OrderView } from '#lib/orders/schema.ts';
import { declineSentence } from '#lib/payment-provider/decline-sentence.ts';
import { env } from '#lib/platform/env.ts';
import { shopperOf } from '#lib/platform/session/session.ts';
import { dayInWords } from '#lib/platform/text/day.ts';
import { currentRules } from '#lib/pricing/current-rules.ts';
import { countryName } from '#lib/shipping/country-name.ts';
import { firstNameOf } from '#lib/shipping/first-name.ts';
import { addressLines } from '#lib/shipping/format-address.ts';

/** While an order is this recent, its page is mainly its confirmation. */
const recentMs = 30 * 60_000;

/**
 * Reads what the page of an order shows. The query may hold `access`, the link from one of the shop's emails,
 * and `returned`, after the bank.
 */
export function readOrderPage({ cookie, query, params }: PageRequest): Promise<OrderPageView> {
  const { access: link, returned } = query;
  const { id = '' } = params;
  const search = link ? `?${new URLSearchParams({ access: link })}` : '';
  return orUnavailable(`/orders/${encodeURIComponent(id)}${search}`, async () => {
    const own = await readOwn((await shopperOf(cookie))?.shopperId, id);
    const seen = own ?? (await readOwn(link ? openOrderAccess(link, id) : undefined, id));
    if (!seen) return { kind: returned === undefined ? 'not_found' : 'returned_elsewhere' };
    return readShown(seen, own !== undefined);
  });
}

interface Seen {
  order: OrderView;
  userId: string;
}

async function readOwn(userId: string | undefined, id: string): Promise<Seen | undefined> {
  const order = userId ? await getOrder({ userId, id }) : undefined;
  return userId && order ? { order, userId } : undefined;
}

async function readShown({ order, userId }: Seen, own: boolean): Promise<OrderPageView> {
  const [variants, money, rules] = await Promise.all([
    findVariants(order.lines.map(({ sku }) => sku)),
    readOrderMoney({ userId, id: order.id }),
    currentRules(),
  ]);
  const { shippingAddress, shippingMethod, status } = order;
  const placedAt = new Date(order.placedAt);
  const paidAt = money.paidAt === null ? null : new Date(money.paidAt);
  return {
    kind: 'order',
    order: own ? order : toRead(order),
    own,
    isRecent: Date.now() - placedAt.getTime() < recentMs,
    firstName: firstNameOf(shippingAddress),
    facts: { decline: declineSentence(order.payments.at(-1)?.declineCode), ...money },
    lines: order.lines.map((line) => {
      const variant = variants.get(line.sku);
      return { ...line, image: variant?.image, href: variant && `/product/${variant.slug}` };
    }),
    address: addressLines(shippingAddress, countryName(rules.countries, shippingAddress.country)),
    // The id, if the shop has removed the method since.
    shippingLabel: rules.shippingMethods.find(({ id }) => id === shippingMethod)?.label ?? shippingMethod,
    arrival: expectedArrival(
      {
        status,
        shippingMethod,
        placedAt,
        paidAt,
        fulfilledAt: money.fulfilledAt === null ? null : new Date(money.fulfilledAt),
        disputed: isDisputed(money),
      },
      rules,
    ),
    days: daysOf(placedAt, money),
    cardEntry: own ? cardEntry() : undefined,
  };
}

function daysOf(placedAt: Date, { paidAt, fulfilledAt, cancelledAt }: OrderMoney): OrderDays {
  const { SHOP_TIME_ZONE } = env();
  const dayOf = (ms: number | null) => (ms === null ? undefined : dayInWords(new Date(ms), SHOP_TIME_ZONE));
  return {
    placed: dayInWords(placedAt, SHOP_TIME_ZONE),
    paid: dayOf(paidAt),
    sent: dayOf(fulfilledAt),
    // A payment that arrived late has undone an earlier cancellation.
    cancelled: dayOf(paidAt !== null && cancelledAt !== null && cancelledAt < paidAt ? null : cancelledAt),
  };
}

/** The order for a holder of its link, who can read it but not pay: without the bank's address. */
function toRead(order: OrderView): OrderView {
  const payments = order.payments.map(({ actionUrl: _, ...payment }) => payment);
  return { ...order, payments, payable: null, cancellable: false, holdUntil: null };
}
