import type { SubmissionBody } from '#components/checkout/submission/submission-client.ts';

/**
 * Stores data of this tab's checkout until its submission is resolved. The pending submission lets a
 * reloaded page continue to query it. The typed text survives a detour to the cart. Other tabs and
 * later visits can't see either.
 */
const submissionKey = 'once.submission';
const typedKey = 'once.checkout-typed';

/** A page opened later than this is a new attempt. */
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
    // Full or disabled storage only loses this memory.
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
