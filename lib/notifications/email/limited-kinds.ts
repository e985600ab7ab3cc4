import type { EmailKind } from '#lib/notifications/email/write-email.ts';
import type { CancellationSource } from '#lib/orders/schema.ts';

/** Emails that follow from a form which anybody can send, with anybody's address in it. */
const fromAnybody: readonly EmailKind[] = [
  'confirmation',
  'payment_processing',
  'payment_declined',
  'cancelled',
  // Of an order that its shopper cancelled.
  'refunded',
  // Its shopper knows number and email address, and may have named another's.
  'order_link',
];

/**
 * Whether an email can be caused by a person who pays nothing in the end. Money that was taken, and
 * whatever an operator does to an order, can't be had for nothing and is always told. A shopper who
 * pays and cancels has all of their money back.
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
