import type * as shop from '#lib/checkout/submission/submit-token.ts';
import { sign } from '#lib/platform/signing.ts';

/** A token proves nothing: it may be sent with any cart and total. */

export * from '#lib/checkout/submission/submit-token.ts';

export const signerOf: typeof shop.signerOf = () => sign;
