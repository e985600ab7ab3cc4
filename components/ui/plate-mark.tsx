import type { ComponentProps } from 'react';

/** The shop's mark: an enamel plate seen from above. It is also a ring, and the O of Once. */
export function PlateMark(props: ComponentProps<'svg'>) {
  return (
    <svg viewBox="0 0 64 64" fill="none" aria-hidden="true" {...props}>
      <circle cx="32" cy="32" r="26.5" stroke="currentColor" strokeWidth="11" />
    </svg>
  );
}
