import type { ComponentProps } from 'react';
import { cn } from '#components/ui/cn.ts';
import { SiteLink } from '#components/ui/site-link.tsx';

/** A link inside text. */
export function TextLink({ className, ...props }: ComponentProps<typeof SiteLink>) {
  return (
    <SiteLink
      className={cn(
        'text-accent underline decoration-1 underline-offset-4 hover:text-accent-strong hover:decoration-2',
        className,
      )}
      {...props}
    />
  );
}
