import type * as shop from '#lib/checkout/gateway/rate-limit.ts';

/** Submissions are not counted. */

export type { Quota } from '#lib/checkout/gateway/rate-limit.ts';

export const limitFreshClaim: typeof shop.limitFreshClaim = async () => ({ limited: false });
