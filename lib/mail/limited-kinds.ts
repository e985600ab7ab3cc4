import type { MailKind } from '#lib/mail/write-mail.ts';

/** Emails that follow from a form which anybody can send, with anybody's address in it. */
const fromAnybody: readonly MailKind[] = [
  'confirmation',
  'payment_processing',
  'payment_declined',
  'cancelled',
  // Its shopper knows number and email address, and may have named another's.
  'order_link',
];

/**
 * Whether an email can be caused by somebody who pays nothing. Money that was taken, and whatever an
 * operator does to an order, can't be had for nothing and is always told.
 */
export function canAnybodyCause(kind: MailKind, payments: readonly { status: string }[]): boolean {
  const hasMoney = payments.some(({ status }) =>
    ['authorized', 'succeeded', 'returning', 'refunded'].includes(status),
  );
  return !hasMoney && fromAnybody.includes(kind);
}
