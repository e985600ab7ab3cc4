import type * as shop from '#lib/checkout/gateway/claim.ts';

/** No submission is claimed: each goes to the database, and no answer is kept. */

export type { Claim } from '#lib/checkout/gateway/claim.ts';

export const claimSubmission: typeof shop.claimSubmission = async () => ({ state: 'fresh', owner: '' });

export const completeClaim: typeof shop.completeClaim = async () => undefined;

export const forgetDone: typeof shop.forgetDone = async () => undefined;

export const releaseClaim: typeof shop.releaseClaim = async () => undefined;

export const isClaimed: typeof shop.isClaimed = async () => false;
