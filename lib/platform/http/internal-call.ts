import { randomUUID } from 'node:crypto';
import { processWide } from '#lib/platform/process-wide.ts';
import { sameBytes } from '#lib/platform/signing.ts';

/**
 * Calls of a route handler by its own process. The key never leaves the process, so no other client can
 * make such a call.
 */
export const internalKeyHeader = 'x-once-internal-key';

export const internalKey = (): string => processWide('internalKey', () => randomUUID());

export function isInternalCall({ headers }: Request): boolean {
  return isKey(headers.get(internalKeyHeader));
}

/** The header with which the Node host asks Next for a page's frame: the page without a shopper. */
export const frameHeader = 'x-once-frame';

export const isFrameRequest = (given: string | null): boolean => isKey(given);

function isKey(given: string | null): boolean {
  return given !== null && sameBytes(Buffer.from(given), Buffer.from(internalKey()));
}
