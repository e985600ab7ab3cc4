import { env } from '#lib/platform/env.ts';
import { AppError } from '#lib/platform/errors.ts';
import { isLoopbackName } from '#lib/platform/exposure.ts';
import { isFromElsewhere } from '#lib/platform/http/http.ts';
import { logger } from '#lib/platform/logger.ts';
import { processWide } from '#lib/platform/process-wide.ts';

/** Whether the shop takes cards: it does once it has a provider's key. */
export function takesCards(): boolean {
  return env().STRIPE_SECRET_KEY !== undefined;
}

/**
 * Refuses a card that would be paid with test money by another than the person at this machine.
 * Throws `invalid_request`.
 */
export function refuseTestCardFromElsewhere(headers: Pick<Headers, 'get'>): void {
  const isOwnSimulator = isLoopbackName(new URL(env().STRIPE_API_BASE).hostname);
  if (!isOwnSimulator || !isFromElsewhere(headers)) return;
  // Once: a shop behind a proxy that it was not told of would write a line for every card.
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
