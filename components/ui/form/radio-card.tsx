import { type ComponentProps, type ReactNode, useId } from 'react';
import { cn } from '#components/ui/cn.ts';

/** A group of choices with its question: a native fieldset with native radio buttons. */
export function RadioCards({
  legend,
  error,
  children,
}: {
  legend: ReactNode;
  error?: string | undefined;
  children: ReactNode;
}) {
  const errorId = useId();
  return (
    <fieldset className="min-w-0" aria-describedby={error ? errorId : undefined}>
      <legend className="mb-2 font-medium">{legend}</legend>
      <div className="grid gap-2">{children}</div>
      {error ? (
        <p id={errorId} className="mt-1.5 text-sm font-medium text-bad">
          {error}
        </p>
      ) : null}
    </fieldset>
  );
}

/** One choice: its title, a note below it, and its price on the right. */
export function RadioCard({
  title,
  note,
  aside,
  className,
  ...radio
}: Omit<ComponentProps<'input'>, 'title' | 'type'> & {
  title: ReactNode;
  note?: ReactNode;
  aside?: ReactNode;
}) {
  return (
    <label
      className={cn(
        'relative flex min-h-13 flex-wrap items-center gap-x-3 rounded-md border border-edge bg-raised px-4 py-2.5 transition-colors',
        'hover:border-accent has-checked:border-accent has-checked:ring-1 has-checked:ring-accent has-checked:ring-inset',
        'has-focus-visible:outline-3 has-focus-visible:outline-accent has-focus-visible:outline-offset-2',
        'has-disabled:border-line has-disabled:bg-well has-disabled:text-muted',
        className,
      )}
    >
      <input
        type="radio"
        className="size-5 shrink-0 appearance-none rounded-full border border-edge bg-raised outline-none transition-[border-width] checked:border-6 checked:border-accent disabled:border-line disabled:bg-well"
        {...radio}
      />
      <span className="min-w-0 flex-1 basis-20">
        <span className="block font-medium">{title}</span>
        {note ? <span className="block text-sm text-muted">{note}</span> : null}
      </span>
      {/* Below the text if that is large. */}
      {aside ? <span className="figures ml-auto shrink-0 text-right font-medium">{aside}</span> : null}
    </label>
  );
}
