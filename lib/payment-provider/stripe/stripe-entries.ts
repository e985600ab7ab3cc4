import type Stripe from 'stripe';
import type { EntryKind, EntryPage, ProviderEntry } from '#lib/payment-provider/provider.ts';
import { attemptOf } from '#lib/payment-provider/stripe/stripe-shapes.ts';
import { isUuid } from '#lib/platform/text/uuid.ts';

/** Reads the account's balance, one page of balance transactions at a time. */

/** Stripe's largest page. */
const limit = 100;

export async function listEntries(
  { balanceTransactions }: Stripe,
  { since, until, after }: { since: Date; until: Date; after?: string | undefined },
): Promise<EntryPage> {
  const page = await balanceTransactions.list({
    created: { gte: Math.floor(since.getTime() / 1_000), lt: Math.ceil(until.getTime() / 1_000) },
    // The charge, refund or dispute: the entry itself has neither the charge's currency nor its metadata.
    expand: ['data.source'],
    limit,
    ...(after !== undefined && { starting_after: after }),
  });
  return { entries: page.data.map(entryOf), more: page.has_more };
}

/** By Stripe's reporting categories: docs.stripe.com/reports/reporting-categories. */
const kinds: Record<string, EntryKind> = {
  charge: 'charge',
  // A bank debit that succeeded and was returned: a negative amount.
  charge_failure: 'charge',
  refund: 'refund',
  refund_failure: 'refund_failure',
  dispute: 'dispute',
  dispute_reversal: 'dispute_reversal',
  payout: 'payout',
  payout_reversal: 'payout_failure',
  fee: 'fee',
  network_cost: 'fee',
};

type Source = Stripe.Charge | Stripe.Refund | Stripe.Dispute | Stripe.Payout;

function entryOf(transaction: Stripe.BalanceTransaction): ProviderEntry {
  const { id, created, amount, fee, currency, reporting_category } = transaction;
  const source = transaction.source as Source | string | null;
  const named = typeof source === 'string' ? { sourceRef: source } : sourceOf(source);
  const size = named.sizeMinor === undefined ? amount : Math.sign(amount) * named.sizeMinor;
  return {
    ref: id,
    at: new Date(created * 1_000),
    kind: kinds[reporting_category] ?? 'other',
    amountMinor: size,
    currency: (named.currency ?? currency).toUpperCase(),
    settledMinor: amount,
    feeMinor: fee,
    settledCurrency: currency.toUpperCase(),
    sourceRef: named.sourceRef,
    chargeRef: named.chargeRef,
    attempt: named.attempt,
    refundId: named.refundId,
  };
}

type Named = Pick<ProviderEntry, 'sourceRef' | 'chargeRef' | 'attempt' | 'refundId'> & {
  /** The amount in the charge's own currency, without a sign. */
  sizeMinor?: number;
  currency?: string;
};

function sourceOf(source: Source | null): Named {
  switch (source?.object) {
    case 'charge':
      return {
        chargeRef: idOf(source.payment_intent) ?? source.id,
        attempt: attemptOf(source.metadata),
        sizeMinor: source.amount_captured,
        currency: source.currency,
      };
    case 'refund': {
      const refundId = source.metadata?.refund_id?.toLowerCase();
      return {
        sourceRef: source.id,
        chargeRef: idOf(source.payment_intent) ?? idOf(source.charge),
        ...(refundId !== undefined && isUuid(refundId) && { refundId }),
        sizeMinor: source.amount,
        currency: source.currency,
      };
    }
    case 'dispute':
      return {
        sourceRef: source.id,
        chargeRef: idOf(source.payment_intent) ?? idOf(source.charge),
        sizeMinor: source.amount,
        currency: source.currency,
      };
    case 'payout':
      return { sourceRef: source.id };
    default:
      return {};
  }
}

const idOf = (one: string | { id: string } | null | undefined): string | undefined =>
  typeof one === 'string' ? one : one?.id;
