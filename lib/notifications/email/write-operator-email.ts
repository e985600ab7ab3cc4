import { wrap } from '#lib/notifications/email/layout.ts';
import type { EmailEvent, EmailOrder } from '#lib/notifications/email/write-email.ts';
import type { OrderStatus } from '#lib/orders/schema.ts';
import { formatMoney, typedMoney } from '#lib/platform/money.ts';
import { dayInWords } from '#lib/platform/text/day.ts';

/** Emails to the shop's operator (OPERATOR_EMAIL) about money that needs an operator. */

type ToldOrder = Pick<EmailOrder, 'number' | 'currency' | 'totalMinor'>;

interface OperatorEvent extends Pick<EmailEvent, 'reason' | 'amountMinor'> {
  /** The attempt that the refund belongs to. */
  attempt?: number | undefined;
  dueBy?: Date;
  /** The order's status after the event. */
  to?: OrderStatus;
  /** Whether a refund was requested since the event. */
  refundAskedAgain?: boolean;
}

interface Words {
  subject: (number: string) => string;
  paragraphs: (amount: string, event: OperatorEvent, order: ToldOrder) => string[];
}

const words = {
  refund_failed: {
    subject: (number) => `Order ${number}: a refund failed`,
    paragraphs: (amount, event, order) => [
      `The payment provider did not pay a refund of ${amount}${ofAttempt(event)} ("${event.reason}"). The shop still has the money, and the order says so.`,
      ...whatNow(event, order),
    ],
  },
  dispute_opened: {
    subject: (number) => `Order ${number}: its payment is disputed or under review`,
    paragraphs: (amount, { reason }) => [
      `It is about ${amount}: ${reason}. The order is not fulfilled while this is open.`,
      'Answer it in the provider’s dashboard, before its deadline if there is one.',
    ],
  },
  dispute_closed: {
    subject: (number) => `Order ${number}: the dispute or review of its payment is closed`,
    paragraphs: (amount, { reason }) => [`It was about ${amount}: ${reason}.`],
  },
  dispute_due: {
    subject: (number) => `Order ${number}: evidence is due soon`,
    paragraphs: (amount, { reason, dueBy }) => [
      `A bank disputes ${amount} (${reason}). The provider takes evidence until ${dueBy ? dayInWords(dueBy, 'UTC') : 'its deadline'}. Without an answer the dispute is lost.`,
      'Answer it in the provider’s dashboard.',
    ],
  },
} satisfies Record<string, Words>;

const ofAttempt = ({ attempt }: OperatorEvent): string =>
  attempt === undefined ? '' : ` of attempt ${attempt}`;

function whatNow(event: OperatorEvent, { number, currency }: ToldOrder): string[] {
  const { to, refundAskedAgain, attempt, amountMinor } = event;
  // The operator must not refund again: that would take other money of the order.
  if (refundAskedAgain) {
    return ['The shop has asked for the refund again. If that fails, too, you get another email.'];
  }
  return [
    ...(to === 'paid'
      ? [
          'The order is paid. Refunding all of the payment that pays it cancels the order. Without --attempt, "npm run order -- refund" first refunds money that the order does not need.',
        ]
      : []),
    'Look at the charge in the provider’s dashboard. Then refund it again, or pay the shopper another way.',
    ...(attempt === undefined || amountMinor === undefined
      ? []
      : [
          `npm run order -- refund ${number} --attempt ${attempt} --amount ${typedMoney(amountMinor, currency)}`,
        ]),
  ];
}

export type OperatorEmailKind = keyof typeof words;

export function writeOperatorEmail(
  kind: OperatorEmailKind,
  order: ToldOrder,
  event: OperatorEvent,
): { subject: string; body: string } {
  const { number, currency, totalMinor } = order;
  const { subject, paragraphs }: Words = words[kind];
  const amount = formatMoney(event.amountMinor ?? totalMinor, currency);
  const parts = [...paragraphs(amount, event, order), `npm run order -- show ${number}`];
  return { subject: subject(number), body: `${parts.map(wrap).join('\n\n')}\n` };
}
