import type { ReactNode } from 'react';
import { cn } from '#components/ui/cn.ts';

/** The page's only h1, with an optional mark above it and an optional text below it. */
export function PageTitle({
  children,
  mark,
  lead,
  className,
}: {
  children: ReactNode;
  mark?: ReactNode;
  lead?: ReactNode;
  className?: string;
}) {
  return (
    <div className={cn('pt-8 pb-6 sm:pt-12 sm:pb-8 print:pt-2 print:pb-4', className)}>
      {mark ? <div className="mb-3">{mark}</div> : null}
      <h1 className="text-3xl tracking-[-0.025em]">{children}</h1>
      {lead ? <div className="mt-3 max-w-[36rem] text-lg text-pretty text-muted">{lead}</div> : null}
    </div>
  );
}
