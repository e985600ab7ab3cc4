import Link from 'next/link';
import type { ComponentProps } from 'react';
import { cn } from '#components/ui/cn.ts';

/** A link inside text. */
export function TextLink({ className, ...props }: ComponentProps<typeof Link>) {
  return (
    <Link
      className={cn(
        'text-accent underline decoration-1 underline-offset-4 hover:text-accent-strong hover:decoration-2',
        className,
      )}
      {...props}
    />
  );
}
