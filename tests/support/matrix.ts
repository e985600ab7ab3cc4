/**
 * A matrix of cases that takes minutes. `npm test` runs a sample, chosen as the cases that a wrong change is
 * most likely to break. `npm run test:full` sets TEST_FULL and runs every case. Such a file is named
 * `*.matrix.test.ts`.
 */
export const isFull = process.env.TEST_FULL === '1';

/** The cases of a matrix by name: all of them, or the sample. */
export function casesOf<Case>(all: Record<string, Case>, sample: readonly string[]): [string, Case][] {
  const missing = sample.filter((name) => !Object.hasOwn(all, name));
  if (missing.length > 0) throw new Error(`the matrix has no case ${missing.join(', ')}`);
  return Object.entries(all).filter(([name]) => isFull || sample.includes(name));
}
