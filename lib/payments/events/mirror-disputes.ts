import type { ProviderDispute } from '#lib/payment-provider/provider.ts';

/** Decides how the shop's dispute rows change, from the provider's disputes of a charge. Pure. */

type DisputeStatus = ProviderDispute['status'];

/** A recorded dispute, early fraud warning or review. */
export interface DisputeRow {
  providerRef: string;
  kind: ProviderDispute['kind'];
  amountMinor: number;
  status: DisputeStatus;
  dueBy: Date | null;
  /** The shop has sent its evidence. */
  answered: boolean;
}

export interface MirroredDisputes {
  /** New and changed disputes. */
  changes: ProviderDispute[];
  opened: ProviderDispute[];
  closed: ProviderDispute[];
  /** The amount that banks took for good. */
  lostMinor: number;
}

export function mirrorDisputes(
  rows: readonly DisputeRow[],
  seen: readonly ProviderDispute[],
): MirroredDisputes {
  const rowOf = new Map(rows.map((row) => [row.providerRef, row]));
  const changes = seen.filter((dispute) => isNews(rowOf.get(dispute.ref), dispute));
  const lost = new Map(rows.map((row) => [row.providerRef, lostOf(row)]));
  for (const dispute of seen) lost.set(dispute.ref, lostOf(dispute));
  return {
    changes,
    opened: changes.filter(({ ref, status }) => status === 'open' && rowOf.get(ref)?.status !== 'open'),
    closed: changes.filter(({ ref, status }) => status !== 'open' && rowOf.get(ref)?.status !== status),
    lostMinor: [...lost.values()].reduce((sum, minor) => sum + minor, 0),
  };
}

function isNews(
  row: DisputeRow | undefined,
  { status, amountMinor, dueBy, isAnswered = false }: ProviderDispute,
): boolean {
  return (
    row?.status !== status ||
    row.amountMinor !== amountMinor ||
    (isAnswered && !row.answered) ||
    (row.dueBy?.getTime() ?? null) !== (dueBy?.getTime() ?? null)
  );
}

const lostOf = ({
  kind,
  status,
  amountMinor,
}: Pick<DisputeRow, 'kind' | 'status' | 'amountMinor'>): number =>
  kind === 'dispute' && status === 'lost' ? amountMinor : 0;

const nouns: Record<ProviderDispute['kind'], string> = {
  dispute: 'a bank disputes the payment',
  early_fraud_warning: 'the card network warns of fraud',
  review: 'the provider reviews the payment',
};

const ends: Record<DisputeStatus, string> = {
  open: 'is open',
  won: 'was won',
  lost: 'was lost, and its money is gone',
  closed: 'is closed',
};

/** The reason text of the order's event. */
export const whyOpened = ({ kind, reason }: ProviderDispute): string => `${nouns[kind]} (${reason})`;

export const whyClosed = ({ kind, reason, status }: ProviderDispute): string =>
  `${kind.replaceAll('_', ' ')} (${reason}) ${ends[status]}`;
