/**
 * Arrays as PostgreSQL reads them in a parameter that is cast, as in `${text}::uuid[]`. Prisma takes
 * arrays as they are, but with its driver looks at every element several times on the way to the
 * database: docs/decisions/0011. https://www.postgresql.org/docs/18/arrays.html#ARRAYS-IO
 */

/** Of values that need no quotes: UUIDs, numbers, hashes, codes. */
export function plainArray(values: readonly (string | number | null)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`;
}

/** Of any text. */
export function textArray(values: readonly (string | null)[]): string {
  return `{${values.map((value) => (value === null ? 'NULL' : quoted(value))).join(',')}}`;
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
