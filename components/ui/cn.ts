/**
 * Joins class names. If two set the same property, Tailwind's own order decides, whichever comes last here. So a
 * class that replaces one of a component is marked as important: `rounded-md!`. A library that removes the first
 * of two would cost every page 9 KB.
 */
export const cn = (...classes: (string | false | null | undefined)[]): string =>
  classes.filter(Boolean).join(' ');
