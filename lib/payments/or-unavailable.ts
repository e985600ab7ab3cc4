import { UnknownOutcome } from '#lib/payment-provider/provider.ts';
import { AppError } from '#lib/platform/errors.ts';

/**
 * Wraps a shopper's request. Usually a missing answer from the provider makes the payment `unknown`.
 * Where there is no payment to mark, because its row was lost, this refuses the request instead. Throws
 * `unavailable`.
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
