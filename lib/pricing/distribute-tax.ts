/** A part of an order that is taxed. */
interface TaxedPart {
  /** Decides between parts with equal remainders, so that the order of the parts changes nothing. */
  key: string;
  amountMinor: number;
}

/**
 * Distributes the tax of an order over its parts by the largest remainder: each part gets its own tax rounded
 * down, and the minor units that are left go to the parts that lost most by rounding. Returns the tax of each
 * part, in the order of the parts.
 *
 * `taxMinor` is the tax of the sum, rounded half up. It exceeds the rounded-down taxes by less than one minor
 * unit for each part with a remainder, so no part gets more than one.
 */
export function distributeTax(taxMinor: number, parts: readonly TaxedPart[], basisPoints: number): number[] {
  const taxes = parts.map(({ amountMinor }) => Math.floor((amountMinor * basisPoints) / 10_000));
  const left = taxMinor - taxes.reduce((sum, minor) => sum + minor, 0);
  if (left === 0) return taxes;
  const remainderOf = ({ amountMinor }: TaxedPart) => (amountMinor * basisPoints) % 10_000;
  const byLoss = parts
    .map((part, index) => ({ index, key: part.key, remainder: remainderOf(part) }))
    .sort((a, b) => b.remainder - a.remainder || (a.key < b.key ? -1 : 1));
  for (const { index } of byLoss.slice(0, left)) taxes[index] = (taxes[index] ?? 0) + 1;
  return taxes;
}
