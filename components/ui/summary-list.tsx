import type { ReactNode } from 'react';
import { cn } from '#components/ui/cn.ts';

/** Name and amount pairs, one a row: what an order is made of. */
export function SummaryList({ className, children }: { className?: string; children: ReactNode }) {
  return <dl className={cn('grid gap-2', className)}>{children}</dl>;
}

/** One row. `total` sets it apart: the number that will be paid. */
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
