import type { ComponentProps } from 'react';

/** The shop's mark: an enamel plate seen from above, which is also a ring, and the O of Once. */
export function PlateMark(props: ComponentProps<'svg'>) {
  return (
    <svg viewBox="0 0 64 64" fill="none" aria-hidden="true" {...props}>
      <circle cx="32" cy="32" r="27" stroke="currentColor" strokeWidth="7" />
      <circle cx="32" cy="32" r="15.5" stroke="currentColor" strokeOpacity="0.35" strokeWidth="1.5" />
    </svg>
  );
}
