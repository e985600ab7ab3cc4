/**
 * Arrays as text for a cast parameter, as in `${text}::uuid[]`. Prisma also accepts arrays, but its driver
 * then visits every element several times: docs/decisions/0011.
 * https://www.postgresql.org/docs/18/arrays.html#ARRAYS-IO
 */

/** For values that need no quotes: UUIDs, numbers, hashes, codes. */
export function plainArray(values: readonly (string | number | null)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`;
}

/** For any text. */
export function textArray(values: readonly (string | null)[]): string {
  return `{${values.map((value) => (value === null ? 'NULL' : quoted(value))).join(',')}}`;
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
