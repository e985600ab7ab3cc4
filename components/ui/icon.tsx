import type { ComponentProps } from 'react';

/** An icon (icon-paths.ts). It has no meaning of its own: the text beside it says the same. */
export function Icon({ path, ...props }: { path: string } & Omit<ComponentProps<'svg'>, 'path'>) {
  return (
    <svg
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={2}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      {...props}
    >
      <path d={path} />
    </svg>
  );
}
