import * as shop from '#lib/payment-provider/payment-provider.ts';

/** A charge that is not there is taken for one that will never be. */

export const paymentProvider: typeof shop.paymentProvider = async () => ({
  ...(await shop.paymentProvider()),
  spendKey: async () => true,
});
