import type { ComponentProps } from 'react';
import { cn } from '#components/ui/cn.ts';
import { Icon } from '#components/ui/icon.tsx';
import { down } from '#components/ui/icon-paths.ts';

// 16 px text, because a phone zooms in on focus if it is smaller. The border changes colour and
// thickness when a value is wrong, so that colour alone does not show the error. Field shows the
// error's sentence below.
const control =
  'min-h-11 w-full rounded-md border border-edge bg-raised px-3 text-base text-ink transition-colors placeholder:text-muted hover:border-ink aria-invalid:border-2 aria-invalid:border-bad disabled:cursor-not-allowed disabled:border-line disabled:bg-well disabled:text-muted';

export function Input({ className, ...props }: ComponentProps<'input'>) {
  return <input className={cn(control, className)} {...props} />;
}

/** The browser's own select with our arrow. It works with every phone and screen reader. */
export function Select({ className, children, ...props }: ComponentProps<'select'>) {
  return (
    <span className="relative block">
      <select className={cn(control, 'appearance-none pr-10', className)} {...props}>
        {children}
      </select>
      <Icon
        path={down}
        className="pointer-events-none absolute top-1/2 right-3 size-5 -translate-y-1/2 text-muted"
      />
    </span>
  );
}
