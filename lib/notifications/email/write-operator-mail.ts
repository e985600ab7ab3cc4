import { day, wrap } from '#lib/notifications/email/layout.ts';
import type { MailEvent, MailOrder } from '#lib/notifications/email/write-mail.ts';
import type { OrderStatus } from '#lib/orders/schema.ts';
import { formatMoney } from '#lib/platform/money.ts';

/** Emails to the shop's operator (OPERATOR_EMAIL): money that a person has to see to. */

interface OperatorEvent extends Pick<MailEvent, 'reason' | 'amountMinor'> {
  dueBy?: Date;
  /** What the order is after the event. */
  to?: OrderStatus;
  /** Whether a refund was requested since. */
  refundAskedAgain?: boolean;
}

interface Words {
  subject: (number: string) => string;
  paragraphs: (amount: string, event: OperatorEvent) => string[];
}

const words = {
  refund_failed: {
    subject: (number) => `Order ${number}: a refund failed`,
    paragraphs: (amount, event) => [
      `The payment provider did not pay a refund of ${amount} ("${event.reason}"). The money is still with the shop, and the order says so.`,
      ...whatNow(event),
    ],
  },
  dispute_opened: {
    subject: (number) => `Order ${number}: its payment is in doubt`,
    paragraphs: (amount, { reason }) => [
      `It is about ${amount}: ${reason}. The order is not fulfilled while this is open.`,
      'Answer it in the provider’s dashboard, before its deadline if there is one.',
    ],
  },
  dispute_closed: {
    subject: (number) => `Order ${number}: the doubt about its payment is closed`,
    paragraphs: (amount, { reason }) => [`It was about ${amount}: ${reason}.`],
  },
  dispute_due: {
    subject: (number) => `Order ${number}: evidence is due soon`,
    paragraphs: (amount, { reason, dueBy }) => [
      `A bank disputes ${amount} (${reason}). The provider takes evidence until ${dueBy ? day(dueBy) : 'its deadline'}. Without an answer the dispute is lost.`,
      'Answer it in the provider’s dashboard.',
    ],
  },
} satisfies Record<string, Words>;

function whatNow({ to, refundAskedAgain }: OperatorEvent): string[] {
  // A second refund by hand would be of other money of the order.
  if (refundAskedAgain) {
    return ['The shop has asked for the refund again. If that fails, too, another email says so.'];
  }
  return [
    ...(to === 'paid'
      ? [
          'The order is paid. "npm run order -- refund" takes money first that the order does not need; where there is none, it cancels the order.',
        ]
      : []),
    'Look at the charge in the provider’s dashboard. Then refund it again, or pay the shopper another way.',
  ];
}

export type OperatorMailKind = keyof typeof words;

export function writeOperatorMail(
  kind: OperatorMailKind,
  { number, currency, totalMinor }: Pick<MailOrder, 'number' | 'currency' | 'totalMinor'>,
  event: OperatorEvent,
): { subject: string; body: string } {
  const { subject, paragraphs }: Words = words[kind];
  const amount = formatMoney(event.amountMinor ?? totalMinor, currency);
  const parts = [...paragraphs(amount, event), `npm run order -- show ${number}`];
  return { subject: subject(number), body: `${parts.map(wrap).join('\n\n')}\n` };
}
