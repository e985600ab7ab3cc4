import { createHash } from 'node:crypto';
import { type Actor, byProvider } from '#lib/orders/actor.ts';
import type { ProviderRefund } from '#lib/payment-provider/provider.ts';
import type { RefundStatus } from '#lib/payment-provider/statuses.ts';
import { uuid8From } from '#lib/platform/text/uuid.ts';

/** Decides how the shop's refund rows change, from the provider's refunds of a charge. Pure. */

/** A recorded refund of an attempt. `created`: requested, not confirmed. */
export interface RefundRow {
  id: string;
  providerRef: string | null;
  amountMinor: number;
  status: RefundStatus;
  actor: Actor;
  reason: string;
  /** `provider`: made at the provider and mirrored here. */
  origin: 'shop' | 'provider';
}

/** The row to write. */
export type RefundChange = RefundRow & { isNew: boolean };

export interface Mirrored {
  changes: RefundChange[];
  /** Rows that this look shows as confirmed, and rows that the provider failed to pay. */
  confirmed: RefundRow[];
  failed: RefundRow[];
  /**
   * Refunds that were made at the provider and failed before the shop knew of them, at least as many as refunds of the
   * shop have failed. One that finds nothing left to refund fails, too, because of the other.
   */
  failedUnseen: boolean;
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
    const row = rowOf(rows, refund);
    const next = row ? updated(row, refund) : mirrored(refund);
    if (!next) continue;
    after.set(next.id, next);
    changes.push({ ...next, isNew: row === undefined });
    if (next.status === 'succeeded' && row?.status !== 'succeeded') confirmed.push(next);
    if (next.status === 'failed' && refund.status === 'failed') failed.push(next);
  }
  const all = [...after.values()];
  const sum = (status: RefundStatus) =>
    all.reduce((minor, row) => (row.status === status ? minor + row.amountMinor : minor), 0);
  const unseen = seen.filter((refund) => refund.status === 'failed' && !rowOf(rows, refund)).length;
  const ownFailed = all.filter(({ origin, status }) => origin === 'shop' && status === 'failed').length;
  return {
    ...{ changes, confirmed, failed, failedUnseen: unseen > 0 && unseen >= ownFailed },
    ...{ confirmedMinor: sum('succeeded'), requestedMinor: sum('created') },
  };
}

const rowOf = (rows: readonly RefundRow[], refund: ProviderRefund): RefundRow | undefined =>
  rows.find(({ id, providerRef }) => (refund.ref && providerRef === refund.ref) || id === refund.id);

const statuses: Record<ProviderRefund['status'], RefundStatus> = {
  succeeded: 'succeeded',
  pending: 'created',
  failed: 'failed',
  needless: 'failed',
};

/** Undefined when nothing changed. A confirmed refund may still fail. No row becomes `created` again. */
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

/** A refund that was made at the provider. A failed one moved no money and gets no row. */
function mirrored({ ref, id, amountMinor, status }: ProviderRefund): RefundRow | undefined {
  if (ref === undefined || statuses[status] === 'failed') return undefined;
  return {
    id: id ?? refundIdOf(ref),
    providerRef: ref,
    amountMinor,
    status: statuses[status],
    actor: byProvider,
    reason: 'refunded at the payment provider',
    origin: 'provider',
  };
}

/** The same refund always gets the same id, however often and by whichever process it is seen. */
function refundIdOf(ref: string): string {
  return uuid8From(createHash('sha256').update(`provider refund ${ref}`).digest());
}
