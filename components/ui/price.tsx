import type { ComponentProps } from 'react';
import { cn } from '#components/ui/cn.ts';
import { formatMoney } from '#lib/platform/money.ts';

/** An amount of minor units, as people write it; with `from`, the lowest of several. */
export function Price({
  minor,
  currency,
  from,
  className,
  ...props
}: {
  minor: number;
  currency: string;
  from?: boolean;
  className?: string;
} & ComponentProps<'span'>) {
  const amount = formatMoney(minor, currency);
  return (
    <span className={cn('figures whitespace-nowrap', className)}>
      {from ? <span className="font-normal text-muted">from </span> : null}
      <Amount {...props}>{amount}</Amount>
    </span>
  );
}

/**
 * An amount as text that the browser's translation leaves alone. Another amount is another element,
 * so that nothing that has edited the page can keep the old one in view.
 */
export function Amount({ children, ...props }: { children: string } & ComponentProps<'span'>) {
  return (
    <span key={children} translate="no" {...props}>
      {children}
    </span>
  );
}
