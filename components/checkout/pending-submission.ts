import type { SubmissionBody } from '#components/checkout/submission-client.ts';

/**
 * What this tab remembers of a checkout until it is settled: the submission under way, so that
 * the page can go on asking after it when it is loaded again; and what was typed, so that a
 * detour to the cart doesn't cost it. Other tabs and later visits see nothing of either.
 */
const submissionKey = 'once.submission';
const typedKey = 'once.checkout-typed';

/** A page that is opened later than this is not the same attempt any more. */
const freshForMs = 10 * 60_000;

export function rememberSubmission(body: SubmissionBody | undefined): void {
  write(submissionKey, body);
}

export function rememberedSubmission(): SubmissionBody | undefined {
  const body = read(submissionKey) as SubmissionBody | undefined;
  return typeof body?.submitToken === 'string' ? body : undefined;
}

export function rememberTyped(values: Record<string, string> | undefined): void {
  write(typedKey, values);
}

export function rememberedTyped(): Record<string, string> {
  return (read(typedKey) ?? {}) as Record<string, string>;
}

function write(key: string, value: unknown): void {
  try {
    if (value === undefined) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify({ value, atMs: Date.now() }));
  } catch {
    // Storage that is full or switched off costs the memory, nothing else.
  }
}

function read(key: string): unknown {
  try {
    const { value, atMs } = JSON.parse(sessionStorage.getItem(key) ?? '{}');
    return Date.now() - atMs < freshForMs ? value : undefined;
  } catch {
    return undefined;
  }
}
