/** Marks an amount that says what an order costs, for `totalsShown`. */
export const shownTotal = { 'data-total': '' };

/** What the page shows as the total, wherever it does: whoever has edited it, this is what is seen. */
export function totalsShown(): string[] {
  return [...document.querySelectorAll('[data-total]')].map(({ textContent }) => textContent ?? '');
}
