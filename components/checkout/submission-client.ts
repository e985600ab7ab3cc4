import { answering } from '#components/challenge/answering.ts';
import type { Answer, Problem, Reply } from '#components/checkout/submission-machine.ts';

/** The body of `POST /api/orders` as the form gives it; the server validates it. */
export interface SubmissionBody {
  submitToken: string;
  [name: string]: unknown;
}

/** Longer than the server ever works on an order before it answers; shorter than a person despairs. */
const sendTimeoutMs = 15_000;

const askTimeoutMs = 8_000;

/** Places an order. Never throws: a reply that did not come or makes no sense is `lost`. */
export async function sendSubmission(body: SubmissionBody): Promise<Reply> {
  const answer = await answering((headers) =>
    call('/api/orders', sendTimeoutMs, {
      method: 'POST',
      // The request outlives the page: a reload or a closed tab doesn't cut an order off half sent.
      keepalive: true,
      headers: { 'content-type': 'application/json', 'idempotency-key': body.submitToken, ...headers },
      body: JSON.stringify(body),
    }),
  );
  return answer ? readReply(answer) : { kind: 'lost' };
}

/** Asks what became of a submission. Never throws. */
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

/** What an answer to `POST /api/orders` means, from a proxy on the way too. */
export function readReply({ status, body, retryAfterMs }: HttpAnswer): Reply {
  const order = body.order as { url?: unknown } | undefined;
  // A declined card's order exists and stands: its page says so, and takes another card.
  if (status === 200 || status === 201 || (status === 402 && body.code === 'payment_declined')) {
    return isPath(order?.url) ? { kind: 'placed', url: order.url } : { kind: 'lost' };
  }
  const code = typeof body.code === 'string' ? body.code : undefined;
  if (code === 'in_progress') return { kind: 'working', retryAfterMs };
  // A limit is counted before anything begins; so is admission. A database that went away may
  // have gone in the middle of a commit.
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

/** One request with a deadline. Undefined when no answer came. */
async function call(url: string, timeoutMs: number, init: RequestInit = {}): Promise<HttpAnswer | undefined> {
  try {
    const response = await fetch(url, {
      ...init,
      headers: { accept: 'application/json', ...init.headers },
      cache: 'no-store',
      // The order's page is opened by us, not followed into by fetch.
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
    // An HTML page of a proxy: its status says all there is to know.
    return {};
  }
}

/** `Retry-After` in seconds (RFC 9110 §10.2.3); a date is a form that this shop's servers never send. */
function retryAfterMs(response: Response): number | undefined {
  const seconds = Number.parseInt(response.headers.get('retry-after') ?? '', 10);
  return seconds >= 0 ? seconds * 1_000 : undefined;
}

/** A path of this shop: an answer that names another site is not one of ours. */
const isPath = (url: unknown): url is string => typeof url === 'string' && /^\/(?!\/)/.test(url);
