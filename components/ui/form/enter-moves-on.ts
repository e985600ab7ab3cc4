import type { KeyboardEvent } from 'react';

/**
 * Makes Enter in a field go to the next one, as a phone's keyboard says ("next"). Enter never places an
 * order: only a button does. The order button follows the last field.
 */
export function enterMovesOn(event: KeyboardEvent<HTMLFormElement>): void {
  const { target, nativeEvent } = event;
  // While an input method composes a word, Enter accepts the word.
  if (event.key !== 'Enter' || nativeEvent.isComposing || event.defaultPrevented) return;
  if (!(target instanceof HTMLInputElement)) return;
  event.preventDefault();
  nextOf(target, stopsOf(event.currentTarget))?.focus();
}

/** The elements where Tab stops, in Tab order. */
function stopsOf(form: HTMLFormElement): HTMLElement[] {
  return Array.from(form.elements).filter(
    (element): element is HTMLElement =>
      element instanceof HTMLElement &&
      element.matches('input:not([type=hidden]), select, textarea, button') &&
      element.matches(':enabled') &&
      element.tabIndex >= 0 &&
      element.checkVisibility(),
  );
}

function nextOf(from: HTMLInputElement, stops: HTMLElement[]): HTMLElement | undefined {
  const after = stops.slice(stops.indexOf(from) + 1);
  const next = after.find((stop) => !isRadio(stop) || stop.name !== from.name);
  if (!next || !isRadio(next)) return next;
  // Focus goes to a group's chosen radio button: focus on another one would suggest a new choice.
  const { name } = next;
  return stops.find((stop) => isRadio(stop) && stop.name === name && stop.checked) ?? next;
}

const isRadio = (element: HTMLElement): element is HTMLInputElement =>
  element instanceof HTMLInputElement && element.type === 'radio';
