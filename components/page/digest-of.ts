/** The code by which Next logged an error of the server; undefined for an error of the browser. */
export const digestOf = (error: unknown): string | undefined =>
  error instanceof Error && 'digest' in error ? String(error.digest) : undefined;
