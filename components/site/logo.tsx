import Link from 'next/link';
import { PlateMark } from '#components/ui/plate-mark.tsx';

/** The wordmark: the plate is its O. */
export function Logo() {
  return (
    <Link
      href="/"
      aria-label="Once, home"
      className="inline-flex min-h-11 shrink-0 items-center gap-[0.12em] text-2xl font-semibold tracking-[-0.04em]"
    >
      <PlateMark className="size-[0.86em] translate-y-[0.03em] text-accent" />
      <span aria-hidden>nce</span>
    </Link>
  );
}
