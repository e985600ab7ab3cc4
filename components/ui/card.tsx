import type { ComponentProps } from 'react';
import { cn } from '#components/ui/cn.ts';

/** A raised sheet for content that belongs together. */
export function Card({ className, ...props }: ComponentProps<'div'>) {
  return <div className={cn('rounded-lg border border-line bg-raised p-5 sm:p-6', className)} {...props} />;
}
