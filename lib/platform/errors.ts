/**
 * Every problem that a caller can get, with its HTTP status and a title for a person. `retryable`: the same
 * request, unchanged, may succeed later.
 */
const problems = {
  invalid_request: { status: 400, title: 'The request is not valid', retryable: false },
  signature_invalid: { status: 400, title: 'The signature is not valid', retryable: false },
  session_required: { status: 401, title: 'There is no session', retryable: false },
  token_required: { status: 401, title: 'A bearer token is needed', retryable: false },
  payment_declined: { status: 402, title: 'The card was declined', retryable: false },
  foreign_origin: { status: 403, title: 'The request came from another site', retryable: false },
  not_found: { status: 404, title: 'Not found', retryable: false },
  method_not_allowed: { status: 405, title: 'This method is not allowed here', retryable: false },
  cart_empty: { status: 409, title: 'The cart is empty', retryable: false },
  cart_limit: { status: 409, title: 'The cart holds too much for one order', retryable: false },
  cart_changed: { status: 409, title: 'The cart or its total has changed', retryable: false },
  out_of_stock: { status: 409, title: 'Not enough stock', retryable: false },
  order_limit: { status: 409, title: 'A limit on orders is reached', retryable: false },
  possible_duplicate: { status: 409, title: 'You may have bought this already', retryable: false },
  in_progress: { status: 409, title: 'The submission is still being worked on', retryable: true },
  not_cancellable: { status: 409, title: 'The order can no longer be cancelled', retryable: false },
  not_payable: { status: 409, title: 'The order cannot be paid', retryable: false },
  wrong_attempt: { status: 409, title: 'This is not the attempt that is expected next', retryable: false },
  payment_unsettled: { status: 409, title: 'The payment is still being confirmed', retryable: true },
  not_refundable: { status: 409, title: 'This cannot be refunded', retryable: false },
  not_fulfillable: { status: 409, title: 'The order cannot be fulfilled', retryable: false },
  order_changed: { status: 409, title: 'The order has changed meanwhile', retryable: true },
  precondition_failed: { status: 412, title: 'The cart has changed meanwhile', retryable: false },
  payload_too_large: { status: 413, title: 'The request is too large', retryable: false },
  unsupported_media_type: { status: 415, title: 'This content type is not accepted', retryable: false },
  wrong_host: { status: 421, title: 'The shop does not answer to this host name', retryable: false },
  token_invalid: { status: 422, title: 'The submit token is not valid for this checkout', retryable: false },
  key_reused: { status: 422, title: 'The key was used for another submission', retryable: false },
  rate_limited: { status: 429, title: 'Too many requests', retryable: true },
  internal: { status: 500, title: 'Something went wrong on our side', retryable: true },
  overloaded: { status: 503, title: 'The shop is very busy', retryable: true },
  unavailable: { status: 503, title: 'The shop cannot take orders at this moment', retryable: true },
} as const;

export type ProblemCode = keyof typeof problems;

export interface ProblemOptions {
  /** A message for a person: what was wrong, what was kept, what to do next. */
  detail?: string;
  /** Members added to the problem document, e.g. `items` or `fields`. */
  extra?: Record<string, unknown>;
  headers?: Record<string, string>;
  retryAfterSeconds?: number;
  cause?: unknown;
}

/**
 * Next's bundle and server.ts each load their own copy of an error class, so `instanceof` fails across the
 * two. Errors that cross are recognised by a symbol instead.
 */
export function isMarked(value: unknown, mark: symbol): boolean {
  return typeof value === 'object' && value !== null && mark in value;
}

const mark: unique symbol = Symbol.for('once.AppError') as never;

/** A problem to answer the caller with. Any code between the request and the answer may throw it. */
export class AppError extends Error {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isMarked(value, mark);
  }

  readonly [mark] = true;
  readonly code: ProblemCode;
  readonly options: ProblemOptions;

  constructor(code: ProblemCode, options: ProblemOptions = {}) {
    super(options.detail ?? problems[code].title, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.options = options;
  }

  get status(): number {
    return problems[this.code].status;
  }

  /** The RFC 9457 document. */
  toProblem(requestId: string): Record<string, unknown> {
    const { status, title, retryable } = problems[this.code];
    return {
      type: `urn:once:problem:${this.code}`,
      title,
      status,
      code: this.code,
      detail: this.message,
      retryable,
      requestId,
      ...this.options.extra,
    };
  }
}

export const problemCodes = Object.keys(problems) as [ProblemCode, ...ProblemCode[]];
export const problemStatus = (code: ProblemCode): number => problems[code].status;
export const problemTitle = (code: ProblemCode): string => problems[code].title;
