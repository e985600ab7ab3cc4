import { answering } from '#components/challenge/answering.ts';
import type { Answer, Problem, Reply } from '#components/checkout/submission/submission-machine.ts';

/** The body of `POST /api/orders` as the form builds it; the server validates it. */
export interface SubmissionBody {
  submitToken: string;
  [name: string]: unknown;
}

/** Longer than the server ever takes to answer, and shorter than a shopper's patience. */
const sendTimeoutMs = 15_000;

const askTimeoutMs = 8_000;

/** Places an order. Never throws: a missing or invalid reply is `lost`. */
export async function sendSubmission(body: SubmissionBody): Promise<Reply> {
  const answer = await answering((headers) =>
    call('/api/orders', sendTimeoutMs, {
      method: 'POST',
      // The request outlives the page, so a reload or a closed tab doesn't interrupt it.
      keepalive: true,
      headers: { 'content-type': 'application/json', 'idempotency-key': body.submitToken, ...headers },
      body: JSON.stringify(body),
    }),
  );
  return answer ? readReply(answer) : { kind: 'lost' };
}

/** Queries the outcome of a submission. Never throws. */
export async function askSubmission(token: string): Promise<Answer> {
  const answer = await call(`/api/submissions/${token}`, askTimeoutMs);
  if (!answer) return { kind: 'lost' };
  const { state, orderUrl } = answer.body;
  if (answer.status === 200 && state === 'done' && isPath(orderUrl)) return { kind: 'done', url: orderUrl };
  if (answer.status === 200 && state === 'in_progress') {
    return { kind: 'working', retryAfterMs: answer.retryAfterMs };
  }
  if (answer.status === 200 && state === 'unknown') return { kind: 'unknown' };
  return { kind: 'lost', retryAfterMs: answer.retryAfterMs };
}

export interface HttpAnswer {
  status: number;
  body: Record<string, unknown>;
  retryAfterMs?: number;
}

/** Interprets an answer to `POST /api/orders`, which may also come from a proxy. */
export function readReply({ status, body, retryAfterMs }: HttpAnswer): Reply {
  const order = body.order as { url?: unknown } | undefined;
  // An order with a declined card exists: its page says so and accepts another card.
  if (status === 200 || status === 201 || (status === 402 && body.code === 'payment_declined')) {
    return isPath(order?.url) ? { kind: 'placed', url: order.url } : { kind: 'lost' };
  }
  const code = typeof body.code === 'string' ? body.code : undefined;
  if (code === 'in_progress') return { kind: 'working', retryAfterMs };
  // Rate limits and admission are checked before any work starts. A database that became unavailable
  // may have done so in the middle of a commit.
  if (status === 429) return { kind: 'busy', code: 'rate_limited', definite: true, retryAfterMs };
  if (status === 503) {
    return { kind: 'busy', code: code ?? 'unavailable', definite: code === 'overloaded', retryAfterMs };
  }
  if (status === 408 || status < 400 || status >= 500) return { kind: 'lost' };
  const problem = readProblem(code, body, status);
  return code === 'key_reused' ? { kind: 'key_reused', problem } : { kind: 'refused', problem };
}

function readProblem(code: string | undefined, body: Record<string, unknown>, status: number): Problem {
  const { detail, fields, items, order, quote } = body as Partial<Problem>;
  const fallback = `The shop refused the order (${status}). Nothing was ordered.`;
  return { code: code ?? 'refused', detail: detail ?? fallback, fields, items, order, quote };
}

/** Sends one request with a timeout. Undefined when no answer arrived. */
async function call(url: string, timeoutMs: number, init: RequestInit = {}): Promise<HttpAnswer | undefined> {
  try {
    const response = await fetch(url, {
      ...init,
      headers: { accept: 'application/json', ...init.headers },
      cache: 'no-store',
      // The page opens the order's page itself, so fetch must not follow the redirect.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    return { status: response.status, body: asObject(text), retryAfterMs: retryAfterMs(response) };
  } catch {
    return undefined;
  }
}

function asObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    // An HTML page from a proxy: only its status matters.
    return {};
  }
}

/** Reads `Retry-After` in seconds (RFC 9110 §10.2.3). The shop's servers never send its date form. */
function retryAfterMs(response: Response): number | undefined {
  const seconds = Number.parseInt(response.headers.get('retry-after') ?? '', 10);
  return seconds >= 0 ? seconds * 1_000 : undefined;
}

/** A path of this shop. An answer that names another site did not come from the shop. */
const isPath = (url: unknown): url is string => typeof url === 'string' && /^\/(?!\/)/.test(url);
