import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { countDatabaseAway } from '#lib/platform/database/database-metrics.ts';
import { isDatabaseAway, isRetryable } from '#lib/platform/database/db-errors.ts';
import { env } from '#lib/platform/env.ts';
import { AppError } from '#lib/platform/errors.ts';
import { isExposed } from '#lib/platform/exposure.ts';
import { problemPage } from '#lib/platform/http/problem-page.ts';
import { logger } from '#lib/platform/logger.ts';
import { processWide } from '#lib/platform/process-wide.ts';

/** Headers of every answer to a shopper: shared caches must not keep it. */
const privateHeaders = { 'cache-control': 'no-store' };

/** An answer as plain data. Writing it directly is cheaper than creating a `Response`. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string | null;
}

const bodies = new WeakMap<Response, string | null>();

export function toResponse({ status, headers, body }: Answer): Response {
  const response = new Response(body, { status, headers });
  bodies.set(response, body);
  return response;
}

/** The body of a response that was made from an `Answer`, without reading it back out of a stream. */
export const bodyOf = (response: Response): string | null | undefined => bodies.get(response);

interface JsonInit {
  status?: number;
  headers?: Record<string, string>;
}

export function jsonAnswer(body: unknown, { status = 200, headers }: JsonInit = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', ...privateHeaders, ...headers },
    body: JSON.stringify(body),
  };
}

export function json(body: unknown, init?: JsonInit): Response {
  return toResponse(jsonAnswer(body, init));
}

/** The id that links an answer to the log: the caller's own if it is well-formed, else a new one. */
export function requestIdOf(request: Request): string {
  return requestIdFrom(request.headers.get('x-request-id'));
}

export function requestIdFrom(given: string | null | undefined): string {
  return given && /^[\w-]{8,64}$/.test(given) ? given : randomUUID();
}

export function problemAnswer(error: AppError, requestId: string): Answer {
  const { headers, retryAfterSeconds } = error.options;
  return {
    status: error.status,
    headers: {
      'content-type': 'application/problem+json',
      ...privateHeaders,
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
      ...headers,
    },
    body: JSON.stringify(error.toProblem(requestId)),
  };
}

/** A problem as an HTML page, for a person whose browser would show a problem document as raw text. */
export function pageAnswer(error: AppError, requestId: string): Answer {
  const { headers } = problemAnswer(error, requestId);
  return {
    status: error.status,
    headers: {
      ...headers,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
    },
    body: problemPage(error, requestId),
  };
}

interface Wish {
  method: string | undefined;
  accept: string | null | undefined;
  contentType: string | null | undefined;
}

/** Whether a browser will show the answer to a person: the request prefers HTML or posts a form. */
export function wantsPage({ method, accept, contentType }: Wish): boolean {
  return prefersPage(accept) || (method === 'POST' && isForm(contentType));
}

function prefersPage(accept: string | null | undefined): boolean {
  const types = (accept ?? '').split(',').map((type) => mediaTypeOf(type));
  const [html, other] = [types.indexOf('text/html'), types.findIndex((type) => type.endsWith('json'))];
  return html >= 0 && (other < 0 || html < other);
}

/** Whether a browser's form sent this, so that a person sees the answer. */
export function isBrowserPost({ method, headers }: Request): boolean {
  const wish = { method, accept: headers.get('accept'), contentType: headers.get('content-type') };
  return method === 'POST' && wantsPage(wish);
}

/** An error in the caller's format: a page for a form, a problem document for every other request. */
export function problem(error: AppError, requestId: string, request?: Request): Response {
  // An endpoint without POST has no form in the shop, so it answers with a page only if the caller asks for
  // one.
  const isForms = error.code !== 'method_not_allowed' || prefersPage(request?.headers.get('accept'));
  const page = request !== undefined && isForms && isBrowserPost(request);
  return toResponse((page ? pageAnswer : problemAnswer)(error, requestId));
}

/**
 * Turns anything thrown into a problem. Known errors stay as they are. Unknown errors are logged and become
 * a masked 500.
 */
export function asAppError(error: unknown, requestId: string): AppError {
  if (error instanceof AppError) return error;
  if (isDatabaseAway(error) || isRetryable(error)) {
    countDatabaseAway();
    logDatabaseAway(error);
    return unavailable(error);
  }
  logger().error({ requestId, err: error }, 'unexpected error');
  return new AppError('internal', {
    detail: `Something went wrong on our side. Please try again; if it happens again, tell us this id: ${requestId}.`,
    cause: error,
  });
}

export function unavailable(cause: unknown): AppError {
  return new AppError('unavailable', {
    detail: 'The shop cannot reach its database. Nothing was lost; please try again in a moment.',
    retryAfterSeconds: 2,
    cause,
  });
}

/** Logs an outage once per interval, not for each of ten thousand requests. */
const logEveryMs = 10_000;

function logDatabaseAway(error: unknown): void {
  const log = processWide('databaseAwayLog', () => ({ saidAt: Number.NEGATIVE_INFINITY, unsaid: 0 }));
  log.unsaid += 1;
  if (performance.now() - log.saidAt < logEveryMs) return;
  logger().warn({ err: error, requests: log.unsaid }, 'the database does not answer');
  log.saidAt = performance.now();
  log.unsaid = 0;
}

type Handler<Context> = (request: Request, context: Context, requestId: string) => Promise<Response>;

/** Wraps a route handler: every answer has `X-Request-Id`, and every error becomes a problem. */
export function route<Context>(
  handler: Handler<Context>,
): (request: Request, context: Context) => Promise<Response> {
  return async (request, context) => {
    const requestId = requestIdOf(request);
    let response: Response;
    try {
      response = await handler(request, context, requestId);
    } catch (error) {
      response = problem(asAppError(error, requestId), requestId, request);
    }
    response.headers.set('x-request-id', requestId);
    return response;
  };
}

/** Throws `invalid_request` with one entry per field: `{ fields: [{ path, message }] }`. */
export function parseOrThrow<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
  const named = fields.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('; ');
  throw new AppError('invalid_request', { detail: `${named}.`, extra: { fields } });
}

/** Answers unsupported methods with 405. `allow` lists the supported ones. */
export function notAllowed<Context>(
  allow: string,
): (request: Request, context: Context) => Promise<Response> {
  return route(async (request) => {
    throw new AppError('method_not_allowed', {
      detail: `${request.method} is not possible here; ${allow} is. Nothing was changed.`,
      headers: { allow },
    });
  });
}

/** The query string as an object. If a name occurs twice, the last value counts. */
export function queryOf(request: Request): Record<string, string> {
  return Object.fromEntries(new URL(request.url).searchParams);
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a body of up to `maxBytes` bytes. Throws `payload_too_large` for a larger one, and
 * `invalid_request` for one that was cut off or isn't UTF-8.
 */
export async function readBody(request: Request, maxBytes: number): Promise<string> {
  const bytes = await readBytes(request, maxBytes);
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new AppError('invalid_request', { detail: 'The body is not UTF-8.', cause });
  }
}

async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  const tooLarge = () =>
    new AppError('payload_too_large', {
      detail: `The body may have at most ${maxBytes} bytes. Nothing was changed.`,
    });
  const announced = request.headers.get('content-length');
  if (Number(announced ?? 0) > maxBytes) throw tooLarge();
  try {
    // The host's parser passes on no more bytes than the declared length. Reading the whole body avoids
    // creating a stream, which costs more than the rest of the work on the body.
    if (announced !== null) {
      const bytes = await request.arrayBuffer();
      if (bytes.byteLength > maxBytes) throw tooLarge();
      return new Uint8Array(bytes);
    }
    return Buffer.concat(await readChunks(request, maxBytes, tooLarge));
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    // The client disconnected or its connection broke. The shop itself works.
    throw new AppError('invalid_request', { detail: 'The body was cut off.', extra: { fields: [] }, cause });
  }
}

/** Counts chunk by chunk, for a body without a declared length. */
async function readChunks(request: Request, maxBytes: number, tooLarge: () => AppError) {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (request.body ?? []) as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return chunks;
}

/** Reads a JSON body. Throws `unsupported_media_type`, `payload_too_large` or `invalid_request`. */
export async function readJson(request: Request, maxBytes: number): Promise<unknown> {
  if (mediaTypeOf(request.headers.get('content-type')) !== 'application/json') {
    throw new AppError('unsupported_media_type', { detail: 'Send the body as application/json.' });
  }
  return parseJson(await readBody(request, maxBytes));
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('invalid_request', {
      detail: 'The body is not valid JSON.',
      extra: { fields: [] },
      cause,
    });
  }
}

/** Whether a body is a browser's form. */
export function isForm(contentType: string | null | undefined): boolean {
  return mediaTypeOf(contentType) === 'application/x-www-form-urlencoded';
}

/** A `Content-Type` without its parameters, in lower case. */
export function mediaTypeOf(contentType: string | null | undefined): string {
  return (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** Refuses a change requested by another site's page. Throws `foreign_origin`. */
export function refuseForeignOrigin(request: Request): void {
  const origin = request.headers.get('origin');
  const site = request.headers.get('sec-fetch-site');
  const host = request.headers.get('host') ?? new URL(request.url).host;
  if (isForeign({ origin, site, host })) throw foreignOrigin();
}

export function foreignOrigin(): AppError {
  return new AppError('foreign_origin', {
    detail: 'The shop takes changes only from its own pages. Nothing was changed.',
  });
}

/** The headers `Origin`, `Sec-Fetch-Site` and `Host` of a request. */
interface Sender {
  origin: string | null | undefined;
  site: string | null | undefined;
  host: string;
}

/**
 * Whether another site's page caused this request. Browsers send `Origin` with every change. Other clients
 * send none, and they carry no cookie that another site could abuse.
 *
 * Browsers send `Origin: null` for a post without a referrer, and for one from a sandboxed frame.
 * `Sec-Fetch-Site`, which no page can set, tells them apart: only the first is `same-origin`.
 */
export function isForeign({ origin, site, host }: Sender): boolean {
  if (origin === null || origin === undefined) return site === 'cross-site';
  if (origin === 'null') return site !== 'same-origin';
  const configured = env().PUBLIC_URL;
  if (configured) return origin !== new URL(configured).origin;
  // Without PUBLIC_URL, any name in `Host` counts as the shop's. Both schemes are accepted, since a proxy
  // may have terminated TLS.
  return origin !== `http://${host}` && origin !== `https://${host}`;
}

/**
 * The origin under which the caller reaches the shop. Use it only for redirects back to the shop, never for
 * a decision. Browsers send it with every post, and `refuseForeignOrigin` has checked that it is the shop's
 * own.
 */
export function originOf(request: Request): string {
  const url = new URL(request.url);
  const host = request.headers.get('host') ?? url.host;
  const origin = request.headers.get('origin');
  return env().PUBLIC_URL ?? (origin && origin !== 'null' ? origin : `${url.protocol}//${host}`);
}

const clientIpHeader = 'x-once-client-ip';

/**
 * The caller's address, for rate limits. server.ts resolves it from the socket and the trusted proxies and
 * sets it in a header, after it has removed the client's own. Vercel's proxy sets x-real-ip. On any other
 * host the address is unknown: undefined means "not limited by address".
 */
export function clientIpOf(request: Request): string | undefined {
  if (hostResolvesIp()) return request.headers.get(clientIpHeader) ?? undefined;
  return env().VERCEL ? (request.headers.get('x-real-ip') ?? undefined) : undefined;
}

const hostMark = Symbol.for('once.host-resolves-ip');
const hostResolvesIp = () => (globalThis as Record<symbol, unknown>)[hostMark] === true;

/** Called once by server.ts at start. From then on the header below is trusted, because the host sets it. */
export function declareHostResolvesIp(): string {
  (globalThis as Record<symbol, unknown>)[hostMark] = true;
  return clientIpHeader;
}

/** The header in which server.ts tells whether a request was made on its own machine: `localMark`. */
export const localHeader = 'x-once-local';

/**
 * Whether a request may use development features: the shop is not exposed, and server.ts has checked that
 * the request was made on this machine. On any other host this is always false.
 */
export function isLocalRequest(headers: Pick<Headers, 'get'>): boolean {
  return !isExposed() && hostResolvesIp() && headers.get(localHeader) === '1';
}

/**
 * Whether a local shop gets a request from another machine: its owner has not configured a proxy that
 * forwards requests to it.
 */
export function isFromElsewhere(headers: Pick<Headers, 'get'>): boolean {
  return !isExposed() && hostResolvesIp() && headers.get(localHeader) === '0';
}
