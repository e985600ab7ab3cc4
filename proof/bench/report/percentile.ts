/**
 * The smallest value that at least this share of the values do not exceed (the nearest-rank
 * percentile: always a value that was measured). `sorted` ascending; NaN when there are none.
 */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  const rank = Math.max(1, Math.ceil(sorted.length * share));
  return sorted[rank - 1] ?? Number.NaN;
}
