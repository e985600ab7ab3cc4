import type { KeyboardEvent } from 'react';

/**
 * Enter in a field goes to the next one, as the keyboard of a phone says ("next"), and never places
 * an order: only a button does. Behind the last field comes the button that orders.
 */
export function enterMovesOn(event: KeyboardEvent<HTMLFormElement>): void {
  const { target, nativeEvent } = event;
  // While a word is being composed, Enter accepts the word.
  if (event.key !== 'Enter' || nativeEvent.isComposing || event.defaultPrevented) return;
  if (!(target instanceof HTMLInputElement)) return;
  event.preventDefault();
  nextOf(target, stopsOf(event.currentTarget))?.focus();
}

/** Where Tab stops, in its order: a group of radios is one stop. */
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
  // Of a group the chosen radio has the focus: focusing another one would be half a choice.
  const { name } = next;
  return stops.find((stop) => isRadio(stop) && stop.name === name && stop.checked) ?? next;
}

const isRadio = (element: HTMLElement): element is HTMLInputElement =>
  element instanceof HTMLInputElement && element.type === 'radio';
