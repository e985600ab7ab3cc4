import type { ComponentProps } from 'react';
import { cn } from '#components/ui/cn.ts';

/** A link inside text. */
export function TextLink({ className, ...props }: ComponentProps<'a'> & { href: string }) {
  return (
    <a
      className={cn(
        'text-accent underline decoration-1 underline-offset-4 hover:text-accent-strong hover:decoration-2',
        className,
      )}
      {...props}
    />
  );
}
