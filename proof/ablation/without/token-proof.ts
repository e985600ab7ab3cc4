import type * as shop from '#lib/checkout/submission/submit-token.ts';
import { sign } from '#lib/platform/signing.ts';

/** A token is a word like any other: it may be sent with whichever cart and total. */

export * from '#lib/checkout/submission/submit-token.ts';

export const signerOf: typeof shop.signerOf = () => sign;
