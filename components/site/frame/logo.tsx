import { PlateMark } from '#components/ui/plate-mark.tsx';

/** The wordmark: its O is the plate. */
export function Logo() {
  return (
    <a
      href="/"
      className="inline-flex min-h-11 shrink-0 items-center gap-[0.05em] text-2xl font-semibold tracking-[-0.04em]"
    >
      <PlateMark className="size-[0.76em] translate-y-[0.06em] text-accent" />
      <span aria-hidden>nce</span>
      <span className="sr-only">Once, home</span>
    </a>
  );
}
