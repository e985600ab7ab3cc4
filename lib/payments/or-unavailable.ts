import { UnknownOutcome } from '#lib/payment-provider/provider.ts';
import { AppError } from '#lib/platform/errors.ts';

/**
 * For a shopper's request. What the provider does not say about a charge makes a payment `unknown`; where
 * no payment can be, because its row was lost, the request is refused. Throws `unavailable`.
 */
export async function orUnavailable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof UnknownOutcome)) throw error;
    throw new AppError('unavailable', {
      detail:
        'The payment provider gives no answer at this moment. Nothing was changed; please try again in a moment.',
      retryAfterSeconds: 3,
      cause: error,
    });
  }
}
