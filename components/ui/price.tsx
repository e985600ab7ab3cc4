import { cn } from '#components/ui/cn.ts';
import { formatMoney } from '#lib/money.ts';

/** An amount of minor units, as people write it; with `from`, the lowest of several. */
export function Price({
  minor,
  currency,
  from,
  className,
}: {
  minor: number;
  currency: string;
  from?: boolean;
  className?: string;
}) {
  return (
    <span className={cn('figures whitespace-nowrap', className)}>
      {from ? <span className="font-normal text-muted">from </span> : null}
      {formatMoney(minor, currency)}
    </span>
  );
}
