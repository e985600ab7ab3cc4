import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { isDatabaseAway, isRetryable } from '#lib/platform/database/db-errors.ts';
import { env } from '#lib/platform/env.ts';
import { AppError } from '#lib/platform/errors.ts';
import { isExposed } from '#lib/platform/exposure.ts';
import { problemPage } from '#lib/platform/http/problem-page.ts';
import { logger } from '#lib/platform/logger.ts';
import { processWide } from '#lib/platform/process-wide.ts';

/** Every answer of a shopper's call: never kept by a shared cache. */
const privateHeaders = { 'cache-control': 'no-store' };

/** An answer before it is a `Response`, whose making costs more than writing this as it is. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string | null;
}

export function toResponse({ status, headers, body }: Answer): Response {
  return new Response(body, { status, headers });
}

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

/** The id that ties an answer to the log: the caller's own where it is harmless, else a new one. */
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

/** A problem as a page, for a person whose browser would show a problem document as raw text. */
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

/** Whether a person's browser will show the answer: it prefers pages, or sends a form. */
export function wantsPage({ method, accept, contentType }: Wish): boolean {
  return prefersPage(accept) || (method === 'POST' && isForm(contentType));
}

function prefersPage(accept: string | null | undefined): boolean {
  const types = (accept ?? '').split(',').map((type) => mediaTypeOf(type));
  const [html, other] = [types.indexOf('text/html'), types.findIndex((type) => type.endsWith('json'))];
  return html >= 0 && (other < 0 || html < other);
}

/** Whether a browser's form sent this: what it gets as an answer is shown to a person. */
export function isBrowserPost({ method, headers }: Request): boolean {
  const wish = { method, accept: headers.get('accept'), contentType: headers.get('content-type') };
  return method === 'POST' && wantsPage(wish);
}

/** An error as its caller can read it: a page for a form, a problem document for every other call. */
export function problem(error: AppError, requestId: string, request?: Request): Response {
  // A call that takes no posts has no form of the shop's, so a page is only for who asks for one.
  const isForms = error.code !== 'method_not_allowed' || prefersPage(request?.headers.get('accept'));
  const page = request !== undefined && isForms && isBrowserPost(request);
  return toResponse((page ? pageAnswer : problemAnswer)(error, requestId));
}

/** Anything thrown, as a problem: what we know as it is, what we don't as a masked 500 in the log. */
export function asAppError(error: unknown, requestId: string): AppError {
  if (error instanceof AppError) return error;
  if (isDatabaseAway(error) || isRetryable(error)) {
    logDatabaseAway(error);
    return new AppError('unavailable', {
      detail: 'The shop cannot reach its database. Nothing was lost; please try again in a moment.',
      retryAfterSeconds: 2,
      cause: error,
    });
  }
  logger().error({ requestId, err: error }, 'unexpected error');
  return new AppError('internal', {
    detail: `Something went wrong on our side. Please try again; if it happens again, tell us this id: ${requestId}.`,
    cause: error,
  });
}

/** An outage is one line every so often, not one for each of ten thousand requests. */
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

/** A route handler whose every answer carries `X-Request-Id` and whose every error is a problem. */
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

/** Throws `invalid_request` with one entry a field: `{ fields: [{ path, message }] }`. */
export function parseOrThrow<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
  const named = fields.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('; ');
  throw new AppError('invalid_request', { detail: `${named}.`, extra: { fields } });
}

/** Answers the methods that a call doesn't have. `allow` names those that it has. */
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

/** The query string as an object; of a name given twice the last one counts. */
export function queryOf(request: Request): Record<string, string> {
  return Object.fromEntries(new URL(request.url).searchParams);
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a body up to `maxBytes`. Throws `payload_too_large`, and `invalid_request` for one that was
 * cut off or isn't UTF-8.
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
    // The host's parser lets no more bytes through than were announced, and a body that is asked
    // for whole is spared the making of a stream, which costs more than all else about it.
    if (announced !== null) {
      const bytes = await request.arrayBuffer();
      if (bytes.byteLength > maxBytes) throw tooLarge();
      return new Uint8Array(bytes);
    }
    return Buffer.concat(await readChunks(request, maxBytes, tooLarge));
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    // The client went away or its line broke: nobody's outage but theirs.
    throw new AppError('invalid_request', { detail: 'The body was cut off.', extra: { fields: [] }, cause });
  }
}

/** Counts as it comes, for a body whose length nobody announced. */
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

/** A `Content-Type` without its parameters. */
export function mediaTypeOf(contentType: string | null | undefined): string {
  return (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/**
 * Refuses a change that another site's page asks for. Throws `foreign_origin`.
 */
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
 * Whether another site's page made a browser send this. Browsers send `Origin` with every change; a
 * client that is not a browser sends none and carries no cookie it was tricked into.
 *
 * `Origin: null` is what a browser makes of a post without a referrer, and of one from a sandboxed
 * frame. The two differ in `Sec-Fetch-Site`, which no page can set: only the first is `same-origin`.
 */
export function isForeign({ origin, site, host }: Sender): boolean {
  if (origin === null || origin === undefined) return site === 'cross-site';
  if (origin === 'null') return site !== 'same-origin';
  const configured = env().PUBLIC_URL;
  if (configured) return origin !== new URL(configured).origin;
  // Behind no configured name the shop is whatever name it was called by: both schemes, since
  // a proxy may have ended TLS.
  return origin !== `http://${host}` && origin !== `https://${host}`;
}

/**
 * The name by which the caller reaches the shop: for a way back to it, never for a decision. A
 * browser says it with every post, and `refuseForeignOrigin` has found it to be ours.
 */
export function originOf(request: Request): string {
  const url = new URL(request.url);
  const host = request.headers.get('host') ?? url.host;
  const origin = request.headers.get('origin');
  return env().PUBLIC_URL ?? (origin && origin !== 'null' ? origin : `${url.protocol}//${host}`);
}

const clientIpHeader = 'x-once-client-ip';

/**
 * The caller's address for rate limits. server.ts resolves it from the socket and the trusted
 * proxies and puts it in a header that it takes from the client; Vercel's proxy writes x-real-ip.
 * Under any other host it isn't known, and undefined means "not limited by address".
 */
export function clientIpOf(request: Request): string | undefined {
  if (hostResolvesIp()) return request.headers.get(clientIpHeader) ?? undefined;
  return env().VERCEL ? (request.headers.get('x-real-ip') ?? undefined) : undefined;
}

const hostMark = Symbol.for('once.host-resolves-ip');
const hostResolvesIp = () => (globalThis as Record<symbol, unknown>)[hostMark] === true;

/** Called by server.ts once at start: from then on the header below is its own word. */
export function declareHostResolvesIp(): string {
  (globalThis as Record<symbol, unknown>)[hostMark] = true;
  return clientIpHeader;
}

/** The header in which server.ts says whether a request was made on its own machine: `localMark`. */
export const localHeader = 'x-once-local';

/**
 * Whether a request may use what exists for development: the shop is not exposed, and server.ts has
 * found that the request was made on this machine. Under any other host that is never known.
 */
export function isLocalRequest(headers: Pick<Headers, 'get'>): boolean {
  return !isExposed() && hostResolvesIp() && headers.get(localHeader) === '1';
}

/**
 * Whether a shop that is for its own machine is asked from elsewhere: its owner forgot to tell it of a
 * proxy that passes requests on.
 */
export function isFromElsewhere(headers: Pick<Headers, 'get'>): boolean {
  return !isExposed() && hostResolvesIp() && headers.get(localHeader) === '0';
}
