'use client';

import { type ChangeEvent, type FocusEvent, useEffect, useRef, useState } from 'react';
import { countryFieldName, labelOf } from '#components/checkout/form/checkout-fields.ts';
import { fieldErrorOf, isTextInput, sentenceOf } from '#components/checkout/form/form-data.ts';
import { emailField } from '#components/checkout/form/text-fields.ts';

/**
 * Checks each text field when the shopper leaves it, never while they type in it for the first time. A found
 * error goes away as soon as it is corrected. The server checks everything again.
 */
export function useLeftFields() {
  const [errors, setErrors] = useState<Record<string, string>>({});
  // What a screen reader says: the focus has left the field that the error describes.
  const [news, setNews] = useState('');
  const typedInto = useRef(new Set<string>());

  // A new message moves what is below it. Between the press and the release of a button, the click would miss it.
  const isPressed = useRef(false);
  const held = useRef<(() => void)[]>([]);
  useEffect(() => {
    const press = () => {
      isPressed.current = true;
    };
    const release = () => {
      isPressed.current = false;
      // After the click, which follows in the same task.
      for (const show of held.current.splice(0)) setTimeout(show);
    };
    const listening = new AbortController();
    const options = { capture: true, signal: listening.signal };
    window.addEventListener('pointerdown', press, options);
    for (const end of ['pointerup', 'pointercancel'] as const) window.addEventListener(end, release, options);
    return () => listening.abort();
  }, []);

  function change({ target, currentTarget }: ChangeEvent<HTMLFormElement>): void {
    if (!isTextInput(target)) {
      // Another country has other fields of the address, and other words for them.
      if (target.name === countryFieldName) setErrors(ofEmail);
      return;
    }
    typedInto.current.add(target.name);
    if (errors[target.name] && fieldErrorOf(target, currentTarget) === undefined) {
      setErrors(({ [target.name]: _corrected, ...others }) => others);
      setNews('');
    }
  }

  function leave({ target, currentTarget }: FocusEvent<HTMLFormElement>): void {
    // A field that was only passed is not wrong yet.
    if (!isTextInput(target) || !typedInto.current.has(target.name)) return;
    const show = () => {
      const error = fieldErrorOf(target, currentTarget);
      if (error === undefined) return;
      const message = sentenceOf(error);
      setErrors((others) => ({ ...others, [target.name]: message }));
      setNews(`${labelOf(target.name)}: ${message}`);
    };
    if (isPressed.current) held.current.push(show);
    else show();
  }

  return { errors, news, change, leave };
}

function ofEmail({ [emailField.name]: error }: Record<string, string>): Record<string, string> {
  return error === undefined ? {} : { [emailField.name]: error };
}
