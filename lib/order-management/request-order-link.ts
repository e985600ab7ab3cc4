import { createHash } from 'node:crypto';
import { z } from 'zod';
import { addJobs } from '#lib/jobs/add-job.ts';
import { countOrderLink, orderLinkLimits } from '#lib/order-management/order-link-quota.ts';
import { parseOrderNumber } from '#lib/orders/order-number.ts';
import { db } from '#lib/platform/database/db.ts';
import { AppError } from '#lib/platform/errors.ts';
import { countedNetwork } from '#lib/platform/http/network-of.ts';
import { sameBytes, sign, signUnderAll } from '#lib/platform/signing.ts';
import { emailAddressSchema } from '#lib/platform/text/email-address.ts';

export const orderAccessInputSchema = z
  .object({
    number: z.string({ error: 'enter the order number' }).max(100, 'may have at most 100 characters'),
    email: z.string({ error: 'enter your email address' }).max(254, 'may have at most 254 characters'),
  })
  .meta({ id: 'OrderAccessInput' });

/** The answer is the same whether or not such an order exists. */
export const orderAccessAnswerSchema = z
  .object({ message: z.string() })
  .meta({ id: 'OrderAccess', description: 'Says that the request was received, and nothing else.' });

export const orderAccessAnswer = {
  message:
    'If an order has this number and this email address, a link to it is on its way. Look for our email in a few minutes.',
};

/** About how long a shopper waits for an email before requesting it again. */
const oneRequestMs = 5 * 60_000;

type RequestOrderLink = z.output<typeof orderAccessInputSchema> & { ip: string | undefined };

/**
 * Accepts a request for a link to an order. A job checks whether number and email match, so neither the
 * answer nor its timing reveals it. The job contains only a hash of the email. Throws `rate_limited`.
 */
export async function requestOrderLink({ number: typed, email, ip }: RequestOrderLink): Promise<void> {
  const number = parseOrderNumber(typed);
  // The last symbol is a check symbol, so refusing an invalid number reveals nothing.
  if (!number) return;
  const recipient = recipientHashes(email).current;
  await db().$transaction(async (tx) => {
    const network = countedNetwork(ip);
    if (network && !(await countOrderLink(tx, 'network', network))) throw tooMany();
    await addJobs(tx, 'send_order_link', [{ requestId: requestIdOf(number, recipient), number, recipient }]);
  });
}

/** The same for equal requests within a few minutes: five clicks send one email. */
function requestIdOf(number: string, recipient: string): string {
  const window = Math.floor(Date.now() / oneRequestMs);
  return createHash('sha256').update(`${window}\n${number}\n${recipient}`).digest('hex').slice(0, 8);
}

function tooMany(): AppError {
  return new AppError('rate_limited', {
    detail: `Your network asked for more than ${orderLinkLimits.network} links to orders within an hour. No email was sent; please try again later.`,
    retryAfterSeconds: 3_600,
  });
}

const recipientPurpose = 'once.order-access.recipient.v1';

function recipientHashes(email: string): { current: string; all: string[] } {
  const address = (emailAddressSchema.safeParse(email).data ?? email.trim()).toLowerCase();
  return {
    current: sign(recipientPurpose, address).toString('base64url'),
    all: signUnderAll(recipientPurpose, address).map((mac) => mac.toString('base64url')),
  };
}

/** Whether a hash from `requestOrderLink` belongs to this address, even after a change of secrets. */
export function isRecipient(email: string, hash: string): boolean {
  return recipientHashes(email).all.some((mac) => sameBytes(Buffer.from(mac), Buffer.from(hash)));
}
