import type { ComponentProps, ReactNode } from 'react';
import { cn } from '#components/ui/cn.ts';
import { Icon } from '#components/ui/icon.tsx';
import { alert, check, clock, info } from '#components/ui/icon-paths.ts';

const tones = {
  info: { look: 'bg-accent-soft [&>svg]:text-accent', icon: info },
  good: { look: 'bg-good-soft [&>svg]:text-good', icon: check },
  caution: { look: 'bg-caution-soft [&>svg]:text-caution', icon: clock },
  bad: { look: 'bg-bad-soft [&>svg]:text-bad', icon: alert },
};

interface AlertProps extends Omit<ComponentProps<'div'>, 'title'> {
  tone?: keyof typeof tones | undefined;
  title?: ReactNode;
}

/**
 * A message that the shopper should see before continuing. Use `role="alert"` if it results from the
 * shopper's last action, and `role="status"` for news that can wait.
 */
export function Alert({ tone = 'info', title, className, children, ...props }: AlertProps) {
  const { look, icon } = tones[tone];
  return (
    <div className={cn('flex gap-3 rounded-md px-4 py-3.5', look, className)} {...props}>
      <Icon path={icon} className="mt-0.5 size-5 shrink-0" />
      <div className="min-w-0 flex-1">
        {title ? <p className="font-semibold">{title}</p> : null}
        {children}
      </div>
    </div>
  );
}
