import { randomUUID } from 'node:crypto';
import * as shop from '#lib/payment-provider/payment-provider.ts';

/** Every charge request has a new idempotency key. */

export const paymentProvider: typeof shop.paymentProvider = async () => {
  const provider = await shop.paymentProvider();
  return {
    ...provider,
    authorize: (request) => provider.authorize({ ...request, idempotencyKey: randomUUID() }),
  };
};
