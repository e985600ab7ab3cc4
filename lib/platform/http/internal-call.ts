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
  const given = Buffer.from(headers.get(internalKeyHeader) ?? '');
  return sameBytes(given, Buffer.from(internalKey()));
}
