import type { ComponentProps } from 'react';
import { cn } from '#components/ui/cn.ts';

const tones = {
  neutral: 'bg-well text-ink',
  accent: 'bg-accent-soft text-accent',
  good: 'bg-good-soft text-good',
  caution: 'bg-caution-soft text-caution',
  bad: 'bg-bad-soft text-bad',
};

interface BadgeProps extends ComponentProps<'span'> {
  tone?: keyof typeof tones | undefined;
}

/** A state in one or two words. The words carry the meaning; the colour only repeats it. */
export function Badge({ tone = 'neutral', className, ...props }: BadgeProps) {
  return (
    <span
      className={cn(
        'inline-flex items-center gap-1.5 rounded-full px-2.5 py-0.5 text-sm font-medium whitespace-nowrap',
        tones[tone],
        className,
      )}
      {...props}
    />
  );
}
