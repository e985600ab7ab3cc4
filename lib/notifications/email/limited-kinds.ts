import type { EmailKind } from '#lib/notifications/email/write-email.ts';
import type { CancellationSource } from '#lib/orders/schema.ts';

/** Emails that a person can trigger with a form and any email address. */
const fromAnybody: readonly EmailKind[] = [
  'confirmation',
  'payment_processing',
  'payment_declined',
  'cancelled',
  // For an order that its shopper cancelled.
  'refunded',
  // The shopper knows the number and the email address, and may have ordered with another person's address.
  'order_link',
];

/**
 * Whether a person who pays nothing in the end can trigger the email. Emails about captured money and about
 * an operator's actions cannot be triggered for free, so they are always sent. A shopper who pays and then
 * cancels gets all of the money back.
 */
export function canAnyoneTrigger(
  kind: EmailKind,
  { payments, endedBy }: { payments: readonly { status: string }[]; endedBy: CancellationSource | undefined },
): boolean {
  const money = endedBy === 'shopper' ? kept : [...kept, ...givenBack];
  return !payments.some(({ status }) => money.includes(status)) && fromAnybody.includes(kind);
}

const kept = ['authorized', 'succeeded'];
const givenBack = ['returning', 'refunded'];
