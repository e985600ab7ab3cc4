import type { ComponentProps, ReactNode } from 'react';
import { cn } from '#components/ui/cn.ts';
import { Input, Select } from '#components/ui/form/input.tsx';

interface FieldText {
  label: string;
  /** Unique in the document; defaults to the control's name. */
  id?: string;
  /** Shown below the label from the start: the expected format, or why we ask. */
  hint?: ReactNode;
  /** A sentence that says what is wrong and what to enter instead. */
  error?: string | undefined;
  /** Shown beside the label. All other fields are required and not marked. */
  optional?: boolean;
  className?: string;
}

/** Returns the attributes that connect a control to its label, hint and error. */
function controlOf({ id, hint, error, optional }: FieldText & { id: string }) {
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return {
    id,
    required: !optional,
    'aria-invalid': error ? true : undefined,
    'aria-describedby': described || undefined,
  };
}

function FieldFrame({
  id,
  label,
  hint,
  error,
  optional,
  className,
  children,
}: FieldText & { id: string; children: ReactNode }) {
  return (
    <div className={cn('grid content-start gap-1.5', className)}>
      <label htmlFor={id} className="font-medium">
        {label}
        {optional ? <span className="font-normal text-muted"> (optional)</span> : null}
      </label>
      {hint ? (
        <p id={`${id}-hint`} className="text-sm text-muted">
          {hint}
        </p>
      ) : null}
      {children}
      {error ? (
        <p id={`${id}-error`} className="text-sm font-medium text-bad">
          {error}
        </p>
      ) : null}
    </div>
  );
}

/** A labelled input: `<TextField label="Email" name="email" type="email" error={errors.email} />`. */
export function TextField({
  label,
  hint,
  error,
  optional,
  className,
  ...input
}: FieldText & { name: string } & Omit<ComponentProps<'input'>, 'id'>) {
  const text = { label, hint, error, optional, className, id: input.id ?? input.name };
  return (
    <FieldFrame {...text}>
      <Input {...controlOf(text)} {...input} />
    </FieldFrame>
  );
}

/** A labelled native select; its options are its children. */
export function SelectField({
  label,
  hint,
  error,
  optional,
  className,
  ...select
}: FieldText & { name: string } & Omit<ComponentProps<'select'>, 'id'>) {
  const text = { label, hint, error, optional, className, id: select.id ?? select.name };
  return (
    <FieldFrame {...text}>
      <Select {...controlOf(text)} {...select} />
    </FieldFrame>
  );
}
