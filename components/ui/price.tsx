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
  const amount = formatMoney(minor, currency);
  return (
    <span className={cn('figures whitespace-nowrap', className)}>
      {from ? <span className="font-normal text-muted">from </span> : null}
      <Amount>{amount}</Amount>
    </span>
  );
}

/**
 * An amount as text that the browser's translation leaves alone. Another amount is another element,
 * so that nothing that has edited the page can keep the old one in view.
 */
function Amount({ children }: { children: string }) {
  return (
    <span key={children} translate="no" className="notranslate">
      {children}
    </span>
  );
}
