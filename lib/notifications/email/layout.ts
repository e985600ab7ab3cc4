import { formatMoney } from '#lib/platform/money.ts';
import type { Totals } from '#lib/pricing/price.ts';
import { addressLines } from '#lib/shipping/format-address.ts';
import type { ShippingAddress } from '#lib/shipping/shipping-address.ts';

/** Parts of a plain-text email, readable in any mail program with a fixed-width font. */

const columns = 68;
/** Fits the width of a phone that shows emails in a fixed-width font. */
const tableColumns = 38;

/** Wraps prose between words. Text with line breaks, such as a table, and long URLs stay whole. */
export function wrap(text: string): string {
  if (text.includes('\n')) return text;
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line && line.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = line ? `${line} ${word}` : word;
  }
  return lines.join('\n');
}

/** The order lines and the parts of the total, with amounts at the right. */
export function totalsTable(
  order: Totals & { currency: string; lines: { title: string; quantity: number; unitPriceMinor: number }[] },
): string {
  const money = (minor: number) => formatMoney(minor, order.currency);
  return [
    ...order.lines.map(({ title, quantity, unitPriceMinor }) =>
      row(`${quantity} × ${title}`, money(quantity * unitPriceMinor)),
    ),
    `  ${'-'.repeat(tableColumns)}`,
    row('Subtotal', money(order.subtotalMinor)),
    row('Delivery', order.shippingMinor === 0 ? 'Free' : money(order.shippingMinor)),
    ...(order.discountMinor > 0 ? [row('Discount', `-${money(order.discountMinor)}`)] : []),
    ...(order.taxMinor > 0 ? [row('Tax', money(order.taxMinor))] : []),
    row('Total', money(order.totalMinor)),
  ].join('\n');
}

function row(label: string, amount: string): string {
  const room = tableColumns - amount.length;
  if (label.length < room) return `  ${label.padEnd(room)}${amount}`;
  return `  ${label}\n  ${amount.padStart(tableColumns)}`;
}

export function addressBlock(to: ShippingAddress, countryName: string): string {
  return ['It goes to', ...addressLines(to, countryName).map((line) => `  ${line}`)].join('\n');
}

/** `14:05 UTC`. */
export function clock(time: Date): string {
  return `${time.toISOString().slice(11, 16)} UTC`;
}
