import type { RequestFaultKind } from '#proof/simulator/faults.ts';
import type { ErrorBody } from '#proof/simulator/ledger/outcome.ts';
import { errorShape } from './shapes.ts';

export interface ApiAnswer {
  status: number;
  headers: Record<string, string>;
  body: unknown;
  /** What happens to the connection instead of an answer. */
  instead?: 'hang' | 'hang_up' | 'reset';
}

/** The answers of an API that fails. */

export const serverError: ErrorBody = { type: 'api_error', message: 'Something went wrong on our end.' };

export function faultBefore(kind: RequestFaultKind, headers: ApiAnswer['headers']): ApiAnswer | undefined {
  if (kind === 'timeout_before') return { status: 0, headers, body: undefined, instead: 'hang' };
  if (kind === 'reset_before') return { status: 0, headers, body: undefined, instead: 'reset' };
  if (kind === 'error_before') return { status: 500, headers, body: errorShape(serverError) };
  return kind === 'rate_limited' ? rateLimited(headers) : undefined;
}

/** Stripe says why, and not how long to wait. */
export function rateLimited(headers: ApiAnswer['headers']): ApiAnswer {
  return {
    status: 429,
    headers: { ...headers, 'stripe-rate-limited-reason': 'global-rate' },
    body: errorShape({
      type: 'invalid_request_error',
      code: 'rate_limit',
      message: 'Request rate limit exceeded.',
    }),
  };
}

export function faultAfter(kind: RequestFaultKind): Partial<ApiAnswer> | undefined {
  if (kind === 'timeout_after') return { instead: 'hang' };
  if (kind === 'reply_lost') return { instead: 'hang_up' };
  if (kind !== 'error_after' && kind !== 'error_stored') return undefined;
  return { status: 500, body: errorShape(serverError) };
}
