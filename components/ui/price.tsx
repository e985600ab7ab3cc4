import type { ComponentProps } from 'react';
import { cn } from '#components/ui/cn.ts';
import { formatMoney } from '#lib/platform/money.ts';

/** Formats an amount in minor units for people; with `from`, it is the lowest of several. */
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
 * An amount as text that the browser's translation leaves unchanged. A new amount gets a new element,
 * so that software that edited the page can't keep the old amount visible.
 */
export function Amount({ children, ...props }: { children: string } & ComponentProps<'span'>) {
  return (
    <span key={children} translate="no" {...props}>
      {children}
    </span>
  );
}
