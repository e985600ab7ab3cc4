import { AppError } from '#lib/platform/errors.ts';

/** The problem `in_progress` for `this` submission, `another` one of the shopper, or the `payment`. */
export function inProgress(
  { submitToken }: { submitToken: string },
  what: 'this' | 'another' | 'payment' = 'this',
): AppError {
  return new AppError('in_progress', {
    detail: details[what],
    headers: { location: `/api/submissions/${submitToken}` },
    retryAfterSeconds: 1,
  });
}

const details = {
  this: 'Your order has been received and is still being worked on. Ask again with the same token; it makes one order however often you do.',
  another:
    'Another order of yours is still being worked on. This one has not been begun; send it again in a moment with the same token.',
  payment: 'Your order stands and its payment is still being worked on. Send it again with the same token.',
};
