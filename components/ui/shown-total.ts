/** Marks an element that shows an order's total, for `totalsShown`. */
export const shownTotal = { 'data-total': '' };

/** Returns all totals that the page shows, including edits by other software: the shopper sees these. */
export function totalsShown(): string[] {
  return [...document.querySelectorAll('[data-total]')].map(({ textContent }) => textContent ?? '');
}
