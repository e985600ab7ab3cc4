import { countUp, keyOf } from '#lib/abuse/short-memory.ts';
import { env } from '#lib/platform/env.ts';
import { AppError } from '#lib/platform/errors.ts';

const windowMs = 60_000;

/**
 * Counts a cart before it is stored, by the network of its client. Without this, a client that keeps no
 * cookie would store a new cart with every request. Throws `rate_limited`. Edits of a stored cart are not
 * counted.
 */
export async function limitNewCarts(network: string | undefined): Promise<void> {
  const { RATE_LIMIT_IP_PER_MIN, RATE_LIMIT_NEW_CARTS_PER_MIN: limit = RATE_LIMIT_IP_PER_MIN } = env();
  if (limit === 0 || network === undefined) return;
  if ((await countUp(keyOf('new-carts', network), windowMs)) <= limit) return;
  throw new AppError('rate_limited', {
    detail: 'Too many new carts in a short time. Nothing was changed; it is safe to send again in a minute.',
    retryAfterSeconds: windowMs / 1_000,
  });
}
