'use client';

import { Minus, Plus } from 'lucide-react';
import { type ComponentProps, useRef } from 'react';
import { cn } from '#components/ui/cn.ts';

interface QuantityStepperProps {
  name: string;
  /** Says of what: "Quantity of Enamel kettle". */
  label: string;
  value: number | string;
  onChange: (text: string) => void;
  min?: number;
  max: number;
  className?: string;
}

/**
 * A number field with a button on either side. The field alone does the work: without
 * JavaScript the buttons are not shown, and the number is typed.
 */
export function QuantityStepper({
  label,
  value,
  onChange,
  min = 1,
  max,
  className,
  ...input
}: QuantityStepperProps) {
  const field = useRef<HTMLInputElement>(null);
  const current = Number(value) || 0;
  const step = (by: number) => onChange(String(Math.min(max, Math.max(min, current + by))));
  return (
    <div
      className={cn(
        'inline-flex h-11 shrink-0 items-stretch rounded-md border border-edge bg-raised transition-colors hover:border-ink',
        className,
      )}
    >
      <StepButton aria-label={`One less: ${label}`} disabled={current <= min} onClick={() => step(-1)}>
        <Minus aria-hidden className="size-4" />
      </StepButton>
      <input
        ref={field}
        type="number"
        inputMode="numeric"
        aria-label={label}
        min={min}
        max={max}
        step={1}
        required
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onFocus={() => field.current?.select()}
        className="figures w-11 rounded-sm bg-transparent text-center font-medium"
        {...input}
      />
      <StepButton aria-label={`One more: ${label}`} disabled={current >= max} onClick={() => step(1)}>
        <Plus aria-hidden className="size-4" />
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
