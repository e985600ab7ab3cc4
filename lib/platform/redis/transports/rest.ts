import { Redis } from '@upstash/redis';

/**
 * Redis over Upstash's REST API. Every setting here differs from the client's default:
 *
 * - `retries: 0`, not `retry: false`, which in this version still sends a failed request twice. A claim that
 *   is sent again finds itself and looks like another request's claim.
 * - `signal` is a function, because only then does an aborted request fail. With a plain signal, the abort
 *   reason is returned as if it were Redis's reply.
 * - Results are returned as stored. By default `"007"` stays a string but `"7"` becomes a number, `"null"`
 *   becomes null, and a stored JSON answer becomes an object and loses its exact bytes.
 * - One HTTP request per command: joined commands would fail together, with differently worded errors.
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
