import type { Decision } from '#lib/orders/decide/decide.ts';
import type { OrderLimit } from '#lib/orders/unpaid/unpaid-limits.ts';
import { takesCards } from '#lib/payment-provider/takes-cards.ts';
import { AppError } from '#lib/platform/errors.ts';
import { formatMoney } from '#lib/platform/money.ts';

type Refused = Pick<Extract<Decision, { outcome: 'order_limit' }>, 'limit' | 'byCard'>;

/** The problem for an order that exceeds a limit: which limit, what was kept, what to do next. */
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

/** What to do next: pay by card if that is possible now, else pay or cancel an unpaid order first. */
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
