import { type ClassValue, clsx } from 'clsx';
import { extendTailwindMerge } from 'tailwind-merge';

// The theme's own shadow is told to the merger, which knows Tailwind's default names only.
const merge = extendTailwindMerge({ extend: { theme: { shadow: ['raised'] } } });

/** Joins class names; of two that set the same property, the later one stays. */
export function cn(...classes: ClassValue[]): string {
  return merge(clsx(classes));
}
