import { createHash } from 'node:crypto';
import type { ProviderRefund } from '#lib/payment-provider/provider.ts';
import type { RefundStatus } from '#lib/payment-provider/statuses.ts';
import { uuid8From } from '#lib/platform/uuid.ts';

/** What our rows become from what the provider says of a charge's refunds. Pure. */

/** A refund of an attempt as it is recorded. `created`: requested, not confirmed. */
export interface RefundRow {
  id: string;
  providerRef: string | null;
  amountMinor: number;
  status: RefundStatus;
  actor: string;
  reason: string;
  /** `provider`: it was made there, and is mirrored here. */
  origin: 'shop' | 'provider';
}

/** A row as it is to be written. */
export type RefundChange = RefundRow & { isNew: boolean };

export interface Mirrored {
  changes: RefundChange[];
  /** Rows that the provider has confirmed by this look, and those that it has not paid after all. */
  confirmed: RefundRow[];
  failed: RefundRow[];
  /** Sums of all rows after the changes. */
  confirmedMinor: number;
  requestedMinor: number;
}

export function mirrorRefunds(rows: readonly RefundRow[], seen: readonly ProviderRefund[]): Mirrored {
  const after = new Map(rows.map((row) => [row.id, row]));
  const changes: RefundChange[] = [];
  const confirmed: RefundRow[] = [];
  const failed: RefundRow[] = [];
  for (const refund of seen) {
    const row = rows.find(
      ({ id, providerRef }) => (refund.ref && providerRef === refund.ref) || id === refund.id,
    );
    const next = row ? updated(row, refund) : mirrored(refund);
    if (!next) continue;
    after.set(next.id, next);
    changes.push({ ...next, isNew: row === undefined });
    if (next.status === 'succeeded' && row?.status !== 'succeeded') confirmed.push(next);
    if (next.status === 'failed' && refund.status === 'failed') failed.push(next);
  }
  const sum = (status: RefundStatus) =>
    [...after.values()].reduce((all, row) => (row.status === status ? all + row.amountMinor : all), 0);
  return { changes, confirmed, failed, confirmedMinor: sum('succeeded'), requestedMinor: sum('created') };
}

const statuses: Record<ProviderRefund['status'], RefundStatus> = {
  succeeded: 'succeeded',
  pending: 'created',
  failed: 'failed',
  needless: 'failed',
};

/** Undefined when nothing is new. What was confirmed may still fail; nothing is requested anew. */
function updated(row: RefundRow, refund: ProviderRefund): RefundRow | undefined {
  const isAnnulled = row.status !== 'created' && refund.status === 'pending';
  const status = isAnnulled ? row.status : statuses[refund.status];
  const next = {
    ...row,
    status,
    providerRef: refund.ref ?? row.providerRef,
    amountMinor: refund.amountMinor,
  };
  const same = (['status', 'providerRef', 'amountMinor'] as const).every((name) => next[name] === row[name]);
  return same ? undefined : next;
}

/** One that was made at the provider. A failed one moved nothing and is none of ours. */
function mirrored({ ref, id, amountMinor, status }: ProviderRefund): RefundRow | undefined {
  if (ref === undefined || statuses[status] === 'failed') return undefined;
  return {
    id: id ?? refundIdOf(ref),
    providerRef: ref,
    amountMinor,
    status: statuses[status],
    actor: 'provider',
    reason: 'refunded at the payment provider',
    origin: 'provider',
  };
}

/** The same id for the same refund, however often and from wherever it is seen. */
function refundIdOf(ref: string): string {
  return uuid8From(createHash('sha256').update(`provider refund ${ref}`).digest());
}
