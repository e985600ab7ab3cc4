import type { ReactNode } from 'react';
import { cn } from '#components/ui/cn.ts';

/** Name and amount pairs, one per row, for an order's totals. */
export function SummaryList({ className, children }: { className?: string; children: ReactNode }) {
  return <dl className={cn('grid gap-2', className)}>{children}</dl>;
}

/** One row. `total` highlights it: the amount to pay. */
export function SummaryRow({
  label,
  children,
  total,
}: {
  label: ReactNode;
  children: ReactNode;
  total?: boolean;
}) {
  return (
    <div
      className={cn(
        'flex items-baseline justify-between gap-4',
        total && 'mt-2 border-t border-ink pt-4 text-xl font-semibold',
      )}
    >
      <dt className={cn(!total && 'text-muted')}>{label}</dt>
      <dd className="figures text-right">{children}</dd>
    </div>
  );
}
