import { cva, type VariantProps } from 'class-variance-authority';
import type { ComponentProps } from 'react';
import { cn } from '#components/ui/cn.ts';

const badge = cva(
  'inline-flex items-center gap-1.5 rounded-full px-2.5 py-0.5 text-sm font-medium whitespace-nowrap',
  {
    variants: {
      tone: {
        neutral: 'bg-well text-ink',
        accent: 'bg-accent-soft text-accent',
        good: 'bg-good-soft text-good',
        caution: 'bg-caution-soft text-caution',
        bad: 'bg-bad-soft text-bad',
      },
    },
    defaultVariants: { tone: 'neutral' },
  },
);

/** A state in one or two words. The words carry the meaning; the colour only repeats it. */
export function Badge({ tone, className, ...props }: ComponentProps<'span'> & VariantProps<typeof badge>) {
  return <span className={cn(badge({ tone }), className)} {...props} />;
}
