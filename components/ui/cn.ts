import { type ClassValue, clsx } from 'clsx';
import { extendTailwindMerge } from 'tailwind-merge';

// Registers the theme's own shadow, because tailwind-merge knows only Tailwind's default names.
const merge = extendTailwindMerge({ extend: { theme: { shadow: ['raised'] } } });

/** Joins class names. If two set the same property, the later one wins. */
export function cn(...classes: ClassValue[]): string {
  return merge(clsx(classes));
}
