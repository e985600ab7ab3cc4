import { day, wrap } from '#lib/mail/layout.ts';
import type { MailEvent, MailOrder } from '#lib/mail/write-mail.ts';
import { formatMoney } from '#lib/money.ts';

/** Emails to the shop's operator (OPERATOR_EMAIL): money that a person has to see to. */

interface Words {
  subject: (number: string) => string;
  paragraphs: (amount: string, event: Pick<MailEvent, 'reason'> & { dueBy?: Date }) => string[];
}

const words = {
  refund_failed: {
    subject: (number) => `Order ${number}: a refund failed`,
    paragraphs: (amount, { reason }) => [
      `The payment provider did not pay a refund of ${amount} ("${reason}"). The money is still with the shop, and the order says so.`,
      'Look at the charge in the provider’s dashboard. Then refund it again, or pay the shopper another way.',
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

export type OperatorMailKind = keyof typeof words;

export function writeOperatorMail(
  kind: OperatorMailKind,
  { number, currency, totalMinor }: Pick<MailOrder, 'number' | 'currency' | 'totalMinor'>,
  event: Pick<MailEvent, 'reason' | 'amountMinor'> & { dueBy?: Date },
): { subject: string; body: string } {
  const { subject, paragraphs }: Words = words[kind];
  const amount = formatMoney(event.amountMinor ?? totalMinor, currency);
  const parts = [...paragraphs(amount, event), `npm run order -- show ${number}`];
  return { subject: subject(number), body: `${parts.map(wrap).join('\n\n')}\n` };
}
