/**
 * The smallest value that at least this share of the values do not exceed. This is the nearest-rank
 * percentile, always a measured value. `sorted` must be ascending. NaN when there are no values.
 */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  const rank = Math.max(1, Math.ceil(sorted.length * share));
  return sorted[rank - 1] ?? Number.NaN;
}
