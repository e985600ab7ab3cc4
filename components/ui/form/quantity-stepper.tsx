'use client';

import { type ComponentProps, useState } from 'react';
import { cn } from '#components/ui/cn.ts';
import { Icon } from '#components/ui/icon.tsx';
import { minus, plus } from '#components/ui/icon-paths.ts';

interface QuantityStepperProps {
  name: string;
  /** The name of the counted item; the field's label is then "Quantity of …". */
  of: string;
  value: number;
  /** Called immediately for a button, and for a typed number when the field loses focus. */
  onChange: (value: number) => void;
  min?: number;
  max: number;
  /** The id of the sentence that describes the field's error. */
  describedBy?: string | undefined;
  className?: string;
}

/**
 * A number field with a button on either side. The field alone is enough: without JavaScript the
 * buttons are hidden and shoppers type the number.
 */
export function QuantityStepper({
  name,
  of,
  value,
  onChange,
  min = 1,
  max,
  describedBy,
  className,
}: QuantityStepperProps) {
  // The text during typing, which may not be a valid number yet.
  const [draft, setDraft] = useState<string>();

  function commit() {
    setDraft(undefined);
    const typed = Math.min(max, Math.max(min, Number.parseInt(draft ?? '', 10)));
    if (typed !== value && !Number.isNaN(typed)) onChange(typed);
  }

  return (
    <div
      className={cn(
        'inline-flex h-11 shrink-0 items-stretch rounded-md border border-edge bg-raised transition-colors hover:border-ink',
        className,
      )}
    >
      <StepButton
        aria-label={`One less: ${of}`}
        disabled={value <= min}
        onClick={() => onChange(Math.max(min, value - 1))}
      >
        <Icon path={minus} className="size-4" />
      </StepButton>
      <input
        type="number"
        inputMode="numeric"
        name={name}
        aria-label={`Quantity of ${of}`}
        aria-describedby={describedBy}
        min={min}
        max={max}
        step={1}
        required
        value={draft ?? value}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={draft === undefined ? undefined : commit}
        className="figures w-11 rounded-sm bg-transparent text-center font-medium"
      />
      <StepButton
        aria-label={`One more: ${of}`}
        disabled={value >= max}
        onClick={() => onChange(Math.min(max, value + 1))}
      >
        <Icon path={plus} className="size-4" />
      </StepButton>
    </div>
  );
}

function StepButton(props: ComponentProps<'button'>) {
  return (
    <button
      type="button"
      className="grid w-11 place-items-center rounded-md hover:text-accent disabled:cursor-not-allowed disabled:text-edge noscript:hidden"
      {...props}
    />
  );
}
