import type { OrderLine } from '#components/orders/order-lines.tsx';
import type { OrderFacts } from '#components/orders/status/order-news.ts';
import type { OrderDays } from '#components/orders/status/timeline.ts';
import type { UnavailableView } from '#components/page/unavailable.tsx';
import type { CardEntry } from '#components/payment/card-entry.ts';
import type { OrderView } from '#lib/orders/schema.ts';

/** What the page of an order shows. */
export type OrderPageView =
  | ShownOrderView
  /** The browser came back from the bank, and another browser has placed the order. */
  | { kind: 'returned_elsewhere' }
  | { kind: 'not_found' }
  | UnavailableView;

export interface ShownOrderView {
  kind: 'order';
  order: OrderView;
  /** Whether this browser placed the order, and so may pay and cancel it. */
  own: boolean;
  /** The order was placed so recently that its page is mainly its confirmation. */
  isRecent: boolean;
  /** The recipient's first name, where it is certain. */
  firstName: string | undefined;
  facts: OrderFacts;
  lines: OrderLine[];
  /** The lines of the shipping address, as its country writes them. */
  address: string[];
  /** The label of its shipping method, such as "Standard, 3–5 working days". */
  shippingLabel: string;
  /** When it should arrive, such as "Thu, Dec 3 – Mon, Dec 7"; undefined when the shop can't tell. */
  arrival: string | undefined;
  days: OrderDays;
  /** How the page accepts a card; undefined if it accepts none. */
  cardEntry: CardEntry | undefined;
}
