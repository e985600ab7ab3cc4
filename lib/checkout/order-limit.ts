import type { Decision } from '#lib/orders/decide.ts';
import type { OrderLimit } from '#lib/orders/unpaid/unpaid-limits.ts';
import { takesCards } from '#lib/payment-provider/takes-cards.ts';
import { AppError } from '#lib/platform/errors.ts';
import { formatMoney } from '#lib/platform/money.ts';

type Refused = Pick<Extract<Decision, { outcome: 'order_limit' }>, 'limit' | 'byCard'>;

/** What a shopper is told when their order exceeds a limit: which one, what was kept, what to do. */
export function orderLimitProblem({ limit, byCard }: Refused, currency: string): AppError {
  const mayPayByCard = byCard && takesCards();
  return new AppError('order_limit', {
    detail: `${reasonOf(limit, currency)} Nothing was ordered and your cart is kept. ${wayOut(limit, mayPayByCard)}`,
    extra: { limit: { ...limit } },
  });
}

function reasonOf(limit: OrderLimit, currency: string): string {
  const money = formatMoney(limit.allowed, currency);
  switch (limit.kind) {
    case 'order_units':
      return `One order may hold at most ${limit.allowed} items.`;
    case 'invoice_amount':
      return limit.allowed === 0
        ? 'This shop does not take orders by invoice.'
        : `Orders by invoice may be worth at most ${money}.`;
    case 'invoices':
    case 'cards':
      return `There are too many unpaid orders ${whose[limit.scope]}.`;
    case 'units':
      return `There are too many items in unpaid orders ${whose[limit.scope]}.`;
    case 'invoicedMinor':
      return `Unpaid invoices ${whose[limit.scope]} may be worth at most ${money} together.`;
  }
}

const whose = {
  shopper: 'of yours',
  email: 'for this email address',
  network: 'from your network',
} as const;

/** A card that would be accepted now ends the problem of an invoice. Otherwise an unpaid order has to be paid or cancelled first. */
function wayOut(limit: OrderLimit, mayPayByCard: boolean): string {
  if (!('scope' in limit)) {
    if (limit.kind === 'order_units') return 'Please order less, or split the order.';
    if (mayPayByCard) return 'Please pay by card.';
    return limit.allowed === 0 ? 'Please try again later.' : 'Please order less.';
  }
  const first = limit.scope === 'network' ? 'try again later' : 'pay or cancel an unpaid order under Orders';
  const alternatives = mayPayByCard ? ['pay by card', first] : [first];
  return `Please ${alternatives.join(', or ')}.`;
}
