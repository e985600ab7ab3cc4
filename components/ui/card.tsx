import type { ComponentProps } from 'react';
import { cn } from '#components/ui/cn.ts';

/** A sheet that lies on the page: what belongs together and is acted on together. */
export function Card({ className, ...props }: ComponentProps<'div'>) {
  return <div className={cn('rounded-lg border border-line bg-raised p-5 sm:p-6', className)} {...props} />;
}
