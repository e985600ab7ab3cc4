import type { ComponentProps } from 'react';
import { cn } from '#components/ui/cn.ts';

/**
 * The page's width: 1200 px at most, with the same gutters everywhere. `narrow` is for reading and
 * forms.
 */
export function Container({ narrow, className, ...props }: ComponentProps<'div'> & { narrow?: boolean }) {
  return (
    <div
      className={cn('mx-auto w-full px-5 sm:px-8', narrow ? 'max-w-3xl' : 'max-w-[79rem]', className)}
      {...props}
    />
  );
}
