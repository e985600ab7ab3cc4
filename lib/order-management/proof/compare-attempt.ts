import type { Charge, ChargeStatus, ProviderDispute } from '#lib/payment-provider/provider.ts';
import type { PaymentStatus } from '#lib/payment-provider/statuses.ts';

/** An attempt to pay as our rows show it. */
export interface OurAttempt {
  attempt: number;
  method: string;
  status: PaymentStatus;
  amountMinor: number;
  currency: string;
  idempotencyKey: string;
  providerRef: string | null;
  capturedMinor: number;
  /** What the provider has confirmed. */
  refundedMinor: number;
  declineCode: string | null;
  refunds: { id: string; status: string; amountMinor: number; providerRef: string | null }[];
  disputes: { providerRef: string; status: string; amountMinor: number }[];
}

/** `open`: our row waits for the provider's answer, so there is nothing to compare yet. */
export interface Comparison {
  state: 'agrees' | 'differs' | 'open';
  differences: string[];
}

/** Which charges an attempt may have. The shop cancels a declined charge, so that it takes no other card. */
const allowed: Partial<Record<PaymentStatus, readonly (ChargeStatus | 'absent')[]>> = {
  requires_action: ['requires_action'],
  processing: ['processing'],
  authorized: ['authorized'],
  succeeded: ['succeeded'],
  // Money that had only been authorised is cancelled instead of refunded.
  returning: ['succeeded', 'authorized', 'voided'],
  refunded: ['succeeded', 'voided'],
  declined: ['declined', 'voided', 'absent'],
  voided: ['voided', 'absent'],
};

/** Compares an attempt with its charge; undefined when the provider has none. Pure. */
export function compareAttempt(ours: OurAttempt, theirs: Charge | undefined): Comparison {
  const fits = allowed[ours.status];
  if (!fits) return { state: 'open', differences: [] };
  if (!theirs) {
    const isAllowed = fits.includes('absent') && ours.providerRef === null;
    return isAllowed ? agrees : differs(['the provider has no such charge']);
  }
  const differences = [
    fits.includes(theirs.status) ? [] : `ours is ${ours.status}, the provider's is ${theirs.status}`,
    theirs.currency === ours.currency
      ? []
      : `ours is in ${ours.currency}, the provider's in ${theirs.currency}`,
    amounts(ours, theirs),
    disputes(ours, theirs.disputes),
  ].flat();
  return differences.length === 0 ? agrees : differs(differences);
}

const agrees: Comparison = { state: 'agrees', differences: [] };
const differs = (differences: string[]): Comparison => ({ state: 'differs', differences });

function amounts(ours: OurAttempt, theirs: Charge): string[] {
  // The amount of a partial capture. Rows from before it was kept have none.
  const expected =
    theirs.status === 'succeeded' && ours.capturedMinor > 0 ? ours.capturedMinor : ours.amountMinor;
  const found: string[] = [];
  if (theirs.amountMinor !== expected) {
    found.push(`ours is of ${expected} minor units, the provider's of ${theirs.amountMinor}`);
  }
  if (!theirs.refunds) return found;
  const refunded = theirs.refunds
    .filter(({ status }) => status === 'succeeded')
    .reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  if (refunded !== ours.refundedMinor) {
    found.push(`of ours ${ours.refundedMinor} minor units are refunded, of the provider's ${refunded}`);
  }
  return found;
}

function disputes(ours: OurAttempt, theirs: ProviderDispute[] | undefined): string[] {
  if (!theirs) return [];
  const known = new Map(ours.disputes.map(({ providerRef, status }) => [providerRef, status]));
  const found = theirs
    .filter(({ ref, status }) => known.get(ref) !== status)
    .map(
      ({ ref, status }) =>
        `dispute ${ref} is ${status} at the provider and ${known.get(ref) ?? 'unknown'} here`,
    );
  const refs = new Set(theirs.map(({ ref }) => ref));
  const gone = ours.disputes.filter(({ providerRef }) => !refs.has(providerRef));
  return [...found, ...gone.map(({ providerRef }) => `the provider has no dispute ${providerRef}`)];
}
