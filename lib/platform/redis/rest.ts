import { Redis } from '@upstash/redis';

/**
 * Redis over Upstash's REST API. Every setting here differs from the client's default:
 *
 * - `retries: 0`, not `retry: false`, which in this version still sends a failed request twice.
 *   A claim that is sent again meets itself and looks like somebody else's.
 * - The signal is a function: only then an aborted request fails. An aborted plain signal is
 *   answered with its own reason as if Redis had said it.
 * - Results come as they were stored. By default `"007"` stays a string but `"7"` becomes a
 *   number, `"null"` null, and a stored JSON answer an object that no longer has its bytes.
 * - One HTTP request a command: joined ones would share a fate, and word their errors differently.
 */
export function makeRestRedis(url: string, token: string, abortAfterMs: number): Redis {
  return new Redis({
    url,
    token,
    retry: { retries: 0 },
    signal: () => AbortSignal.timeout(abortAfterMs),
    automaticDeserialization: false,
    enableAutoPipelining: false,
    enableTelemetry: false,
  });
}
