import { env } from '#lib/platform/env.ts';
import { AppError } from '#lib/platform/errors.ts';
import { isLoopbackName } from '#lib/platform/exposure.ts';
import { isFromElsewhere } from '#lib/platform/http/http.ts';
import { logger } from '#lib/platform/logger.ts';
import { processWide } from '#lib/platform/process-wide.ts';

/** Whether the shop takes cards, which it does once it has a provider's key. */
export function takesCards(): boolean {
  return env().STRIPE_SECRET_KEY !== undefined;
}

/** Refuses a test-mode card from a request that comes from another machine. Throws `invalid_request`. */
export function refuseTestCardFromElsewhere(headers: Pick<Headers, 'get'>): void {
  const isOwnSimulator = isLoopbackName(new URL(env().STRIPE_API_BASE).hostname);
  if (!isOwnSimulator || !isFromElsewhere(headers)) return;
  // Logged once: behind a proxy that is not configured, every card would write a line.
  processWide('testCardLog', () => {
    logger().warn(
      'a test card was refused: a proxy passes on requests to a shop that is for this machine alone. Set PUBLIC_URL to the name that shoppers use',
    );
    return true;
  });
  throw new AppError('invalid_request', {
    detail: 'payment.method: test cards are taken on the shop’s own machine only. Nothing was charged.',
    extra: {
      fields: [{ path: 'payment.method', message: 'test cards are taken on the shop’s own machine only' }],
    },
  });
}
