import type { Step } from '#components/orders/status/timeline.ts';
import { cn } from '#components/ui/cn.ts';
import { Icon } from '#components/ui/icon.tsx';
import { circle, dot, tick } from '#components/ui/icon-paths.ts';

const icons = { done: tick, stopped: dot, next: circle };

/** Read before the label by screen readers, which see no icons. */
const spoken = { done: 'Done:', stopped: 'Now:', next: 'Next:' };

/** The steps of an order, as a list in their order. The last step that was reached is the current one. */
export function OrderTimeline({ steps }: { steps: Step[] }) {
  const current = steps.findLastIndex(({ state }) => state !== 'next');
  return (
    <section aria-labelledby="timeline-title" className="print:hidden">
      <h2 id="timeline-title" className="text-xl">
        Progress
      </h2>
      <ol className="mt-4">
        {steps.map(({ label, state, day, note }, index) => (
          <li
            key={label}
            aria-current={index === current ? 'step' : undefined}
            className="group relative flex gap-3 pb-5 last:pb-0"
          >
            <span
              aria-hidden
              className={cn(
                'absolute top-6 bottom-0 left-3 w-px -translate-x-1/2 bg-edge group-last:hidden',
                index >= current && 'bg-line',
              )}
            />
            <span
              aria-hidden
              className={cn(
                'grid size-6 shrink-0 place-items-center rounded-full',
                state === 'done' && 'bg-good-soft text-good',
                state === 'stopped' && 'bg-accent-soft text-accent',
                state === 'next' && 'text-edge',
              )}
            >
              <Icon path={icons[state]} className="size-4" />
            </span>
            <span className="min-w-0">
              <span className="sr-only">{spoken[state]} </span>
              <span className={state === 'next' ? 'text-muted' : 'font-medium'}>{label}</span>
              {day ? <span className="text-muted">, {day}</span> : null}
              {note ? <span className="block text-muted">{note}</span> : null}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
