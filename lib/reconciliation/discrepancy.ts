import { createHash } from 'node:crypto';
import { uuid8From } from '#lib/platform/text/uuid.ts';

/** The facts that can be told differently, and what each kind of difference means for a person. */

export const discrepancyKinds = {
  charge_without_order: 'a charge of this shop holds money, and there is no such order',
  charge_unmatched: 'a charge holds money for an order that knows nothing of it',
  foreign_charge: 'a charge on the account was not made by this shop',
  two_live_charges: 'more than one charge holds money for an order',
  money_kept: 'money of an order that has ended, and no refund of it is requested',
  paid_without_charge: 'a payment counts as paid, and the provider has no such charge',
  status_differs: 'an order waits for money that its payment has, or counts on one that has none',
  amount_differs: 'order, payment and charge have different amounts or currencies',
  cost_differs: 'the fee or the loss of a payment is not what the provider took',
  refund_differs: 'a refund exists on one side only, or its amounts differ',
  dispute_unanswered: 'a bank waits for evidence',
  dispute_differs: 'a dispute exists on one side only, or ended differently',
  payment_unknown: 'the outcome of a payment has been unknown for an hour',
  order_without_payment: 'an order has no payment',
  order_sum_differs: 'the lines of an order do not add up to its subtotal',
  hold_expired: 'an order was neither paid nor cancelled when its hold was over',
  stock_differs: 'the stock of an item is not the sum of its ledger',
  stock_unexplained: 'stock was changed without a note',
  order_stock_differs: 'an order took other units from stock than it holds',
  not_delivered: 'an email or event was not delivered within an hour',
  closed_day_changed: 'a day changed after it was closed',
} as const;

export type DiscrepancyKind = keyof typeof discrepancyKinds;

/** What a person does before they repair or accept: what the shop can't know. */
export const whatToDo: Partial<Record<DiscrepancyKind, string>> = {
  charge_without_order:
    "If the database was restored after the charge, wait a day: the shopper's browser may send the order again, and it takes over the charge. Otherwise refund it, by the repair or in the provider's dashboard: the second one finds nothing to refund.",
  two_live_charges: "Refund one of them in the provider's dashboard, then repair.",
  money_kept:
    "Look at the order's history first: `npm run order -- show`. If the order is right, the repair returns the money. If a refund has failed, ask the shopper for another way to pay them when it fails again.",
  dispute_unanswered:
    "Send evidence in the provider's dashboard, which the proof of the order gives you, or accept the dispute there, which gives up the money. The repair only reads what was done there.",
  order_sum_differs:
    'The order or its lines were changed in the database. The email of its confirmation has what the shopper agreed to. Correct the row, or accept it with the reason.',
  stock_differs:
    'Count the item first. The repair takes the stock for right and corrects the ledger. If the count says otherwise, correct the stock afterwards: docs/owner.md, "Stock".',
  stock_unexplained:
    'Find out who changed it. If that is not known, count the item. Then accept it with the reason.',
  order_stock_differs: 'Count the item, correct the stock (docs/owner.md, "Stock"), then accept it.',
};

export const isKind = (text: string | undefined): text is DiscrepancyKind =>
  text !== undefined && Object.hasOwn(discrepancyKinds, text);

type DiscrepancyState = 'open' | 'accepted' | 'resolved';

/** What a finder finds. `ours` and `theirs` are the two versions of the fact. */
export interface Finding {
  kind: DiscrepancyKind;
  /** What it is about: an order, a charge, an item. One row for each kind and subject. */
  subject: string;
  userId: string | null;
  orderId: string | null;
  providerRef: string | null;
  ours: unknown;
  theirs: unknown;
}

export interface Discrepancy extends Finding {
  id: string;
  state: DiscrepancyState;
  version: number;
  firstSeenAt: Date;
  lastSeenAt: Date;
}

/** The same fact has the same id in every run, and in a database that was restored. */
export function discrepancyId({ kind, subject }: Pick<Finding, 'kind' | 'subject'>): string {
  return uuid8From(createHash('sha256').update(`discrepancy ${kind} ${subject}`).digest());
}
