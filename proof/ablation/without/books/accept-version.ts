import * as shop from '#lib/reconciliation/record.ts';

/** A person accepts a discrepancy as it is now, whatever they have read. */

export * from '#lib/reconciliation/record.ts';

export const accept: typeof shop.accept = async (discrepancy, by) =>
  shop.accept((await shop.readDiscrepancy(discrepancy.id)) ?? discrepancy, by);
