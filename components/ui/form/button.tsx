import type { ComponentProps } from 'react';
import { cn } from '#components/ui/cn.ts';

const base =
  'inline-flex items-center justify-center gap-2 rounded-md text-center font-semibold transition-colors disabled:cursor-not-allowed aria-disabled:cursor-not-allowed';

const variants = {
  /** The page's main action. */
  primary:
    'bg-accent text-on-accent hover:bg-accent-strong disabled:bg-well disabled:text-muted aria-disabled:bg-well aria-disabled:text-muted',
  secondary:
    'border border-edge bg-raised text-ink hover:border-accent hover:text-accent disabled:border-line disabled:bg-well disabled:text-muted',
  quiet:
    'text-accent underline decoration-1 underline-offset-4 hover:text-accent-strong hover:decoration-2 disabled:text-muted disabled:no-underline',
  danger: 'border border-bad bg-raised text-bad hover:bg-bad-soft disabled:opacity-60',
};

const sizes = {
  md: 'min-h-11 px-5 text-base',
  lg: 'min-h-13 px-7 text-lg',
  /** A quiet button inside a line of text: still 44 px high for touch, without side padding. */
  inline: 'min-h-11 px-0 text-base',
  icon: 'size-11 shrink-0',
};

interface Look {
  variant?: keyof typeof variants | undefined;
  size?: keyof typeof sizes | undefined;
  /** As wide as its place. */
  block?: boolean | undefined;
  className?: string | undefined;
}

const lookOf = ({ variant = 'primary', size = 'md', block, className }: Look) =>
  cn(base, variants[variant], sizes[size], block && 'w-full', className);

/** A button that submits its form unless it is given `type="button"`. */
export function Button({
  variant,
  size,
  block,
  className,
  type = 'submit',
  ...props
}: ComponentProps<'button'> & Look) {
  return <button type={type} className={lookOf({ variant, size, block, className })} {...props} />;
}

/** A link that looks like a button. It navigates and performs no action. */
export function ButtonLink({
  variant,
  size,
  block,
  className,
  ...props
}: ComponentProps<'a'> & { href: string } & Look) {
  return <a className={lookOf({ variant, size, block, className })} {...props} />;
}
