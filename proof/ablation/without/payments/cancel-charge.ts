import type * as shop from '#lib/payments/cancel-declined-charge.ts';

/** The job completes without a request to the provider, and a declined charge stays as it is. */

export const cancelDeclinedCharge: typeof shop.cancelDeclinedCharge = async () => undefined;
