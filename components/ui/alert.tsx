import { cva, type VariantProps } from 'class-variance-authority';
import { CircleAlert, CircleCheck, Clock, Info } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { cn } from '#components/ui/cn.ts';

const alert = cva('flex gap-3 rounded-md px-4 py-3.5', {
  variants: {
    tone: {
      info: 'bg-accent-soft [&>svg]:text-accent',
      good: 'bg-good-soft [&>svg]:text-good',
      caution: 'bg-caution-soft [&>svg]:text-caution',
      bad: 'bg-bad-soft [&>svg]:text-bad',
    },
  },
  defaultVariants: { tone: 'info' },
});

const icons = { info: Info, good: CircleCheck, caution: Clock, bad: CircleAlert };

/**
 * A message that the shopper should see before continuing. Use `role="alert"` if it results from the
 * shopper's last action, and `role="status"` for news that can wait.
 */
export function Alert({
  tone,
  title,
  className,
  children,
  ...props
}: Omit<ComponentProps<'div'>, 'title'> & VariantProps<typeof alert> & { title?: ReactNode }) {
  const Icon = icons[tone ?? 'info'];
  return (
    <div className={cn(alert({ tone }), className)} {...props}>
      <Icon aria-hidden className="mt-0.5 size-5 shrink-0" />
      <div className="min-w-0 flex-1">
        {title ? <p className="font-semibold">{title}</p> : null}
        {children}
      </div>
    </div>
  );
}
