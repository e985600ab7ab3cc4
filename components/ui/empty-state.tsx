import type { ReactNode } from 'react';
import { PlateMark } from '#components/ui/plate-mark.tsx';

/** The content of a page with nothing to show: why, and where to go next. */
export function EmptyState({
  title,
  children,
  actions,
  headingLevel: Heading = 'h2',
}: {
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
  headingLevel?: 'h1' | 'h2';
}) {
  return (
    <div className="flex flex-col items-start gap-4 py-8 sm:py-12">
      <PlateMark className="size-12 text-accent" />
      <Heading className="text-2xl">{title}</Heading>
      {children ? <div className="max-w-[32rem] text-muted">{children}</div> : null}
      {actions ? <div className="mt-2 flex flex-wrap gap-x-4 gap-y-3">{actions}</div> : null}
    </div>
  );
}
