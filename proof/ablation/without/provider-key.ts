import { randomUUID } from 'node:crypto';
import * as shop from '#lib/payment-provider/payment-provider.ts';

/** Every request to charge has a key of its own. */

export const paymentProvider: typeof shop.paymentProvider = async () => {
  const provider = await shop.paymentProvider();
  return {
    ...provider,
    authorize: (request) => provider.authorize({ ...request, idempotencyKey: randomUUID() }),
  };
};
