import { countOnce, keyOf } from '#lib/abuse/short-memory.ts';
import { unpaidPolicy } from '#lib/orders/unpaid/unpaid-policy.ts';
import { AppError } from '#lib/platform/errors.ts';

const windowMs = 3_600_000;

/**
 * Counts an order that its shopper is about to cancel, once per order, by the shopper's network. A cancelled
 * order makes room for another, and a paid one is refunded. Without a limit, a client could order and cancel
 * endlessly, and each order would send emails to an address of its choice. Within an hour, a network may
 * cancel as many orders as it may leave unpaid. Throws `rate_limited`.
 */
export async function limitCancels(network: string | undefined, orderId: string): Promise<void> {
  const limit = unpaidPolicy().network.invoices;
  if (limit === 0 || network === undefined) return;
  if (await countOnce(keyOf('cancels', network), { member: orderId, limit, windowMs })) return;
  throw new AppError('rate_limited', {
    detail:
      'Too many orders were cancelled from your network in a short time. Nothing was changed and nothing was charged; please try again later.',
    retryAfterSeconds: 600,
  });
}
