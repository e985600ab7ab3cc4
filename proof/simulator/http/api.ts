import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KeptAnswer } from '#proof/simulator/books/line.ts';
import type { Faults, RequestFaultKind } from '#proof/simulator/faults.ts';
import type { SimulatedProvider } from '#proof/simulator/simulated-provider.ts';
import { type ApiAnswer, faultAfter, faultBefore, rateLimited, serverError } from './answers.ts';
import { ApiError } from './api-error.ts';
import { refundShape } from './beside-shapes.ts';
import { findPost } from './endpoints.ts';
import { expand, expansionsOf } from './expand.ts';
import { newId } from './ids.ts';
import { decodeForm, type Params } from './params.ts';
import { query } from './queries.ts';
import { ReadLimit } from './read-limit.ts';
import { errorShape, intentShape, type Shape } from './shapes.ts';

export interface ApiRequest {
  method: string;
  /** Without the query string. */
  path: string;
  search: string;
  headers: Record<string, string | undefined>;
  body: string;
}

export interface ApiOptions {
  simulator: SimulatedProvider;
  faults: Faults;
  secretKey: string;
  baseUrl: string;
  /** Called with the key of every request that has one. */
  onKey: (key: string) => void;
  /** Undefined: no limit. */
  readsPerSecond: number | undefined;
}

/** Handles calls under /v1: authentication first, then requested faults, then the call itself. */
export class Api {
  readonly #options: ApiOptions;
  readonly #keysInUse = new Set<string>();
  readonly #reads: ReadLimit | undefined;

  constructor(options: ApiOptions) {
    this.#options = options;
    this.#reads = options.readsPerSecond ? new ReadLimit(options.readsPerSecond) : undefined;
  }

  async answer(request: ApiRequest): Promise<ApiAnswer> {
    const requestId = newId('req');
    const headers: Record<string, string> = { 'request-id': requestId };
    const key = request.headers['idempotency-key'];
    if (key) headers['idempotency-key'] = key;
    const version = request.headers['stripe-version'];
    if (version) headers['stripe-version'] = version;
    try {
      this.#authenticate(request.headers.authorization);
      if (request.method === 'GET' && this.#reads?.take() === false) return rateLimited(headers);
      const params = decodeForm(request.method === 'GET' ? request.search : request.body);
      if (key) this.#options.onKey(key);
      const fault = this.#faultFor(request, params, key);
      const before = fault && faultBefore(fault.kind, headers);
      if (before) return before;
      const answer =
        request.method === 'GET'
          ? await this.#get(request.path, params, fault)
          : await this.#post(request, params, key, requestId, fault);
      const after = fault && faultAfter(fault.kind);
      return { ...answer, ...after, headers: { ...headers, ...answer.headers } };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return { status: error.status, headers, body: errorShape(error.body) };
    }
  }

  #authenticate(authorization = ''): void {
    const { secretKey } = this.#options;
    const [scheme, value = ''] = authorization.split(' ');
    if (scheme === 'Bearer' && value === secretKey) return;
    // The form that `curl -u sk_test_…:` sends.
    if (scheme === 'Basic' && Buffer.from(value, 'base64').toString() === `${secretKey}:`) return;
    const message = value
      ? `Invalid API Key provided: ${value.slice(0, 8)}****${value.slice(-4)}`
      : 'You did not provide an API key.';
    throw new ApiError(401, { type: 'invalid_request_error', message });
  }

  #faultFor({ method, path }: ApiRequest, params: Params, idempotencyKey: string | undefined) {
    const { simulator, faults } = this.#options;
    const id = params.get('payment_intent') ?? path.match(/\/(pi_\w+)/)?.[1] ?? '';
    const orderId = params.get('metadata[order_id]') ?? simulator.intent(id)?.metadata.order_id;
    return faults.takeForRequest({ method, path, idempotencyKey, orderId });
  }

  async #get(path: string, params: Params, fault: PlannedFault): Promise<ApiAnswer> {
    if (fault?.kind === 'slow') await sleep(fault.ms);
    const { simulator, baseUrl } = this.#options;
    const body = query(simulator, path, params, baseUrl);
    if (body === undefined) throw unknownUrl('GET', path);
    // A result that was shown must survive a crash one moment later.
    await simulator.durable();
    return { status: 200, headers: {}, body };
  }

  async #post(
    { method, path, body }: ApiRequest,
    params: Params,
    key: string | undefined,
    requestId: string,
    fault: PlannedFault,
  ): Promise<ApiAnswer> {
    const { simulator } = this.#options;
    const found = method === 'POST' ? findPost(path) : undefined;
    if (!found) throw unknownUrl(method, path);
    if (key && key.length > 255) {
      throw new ApiError(400, {
        type: 'idempotency_error',
        message: 'Idempotency keys are up to 255 characters.',
      });
    }
    const endpoint = `${method} ${path}`;
    const fingerprint = fingerprintOf(endpoint, body);
    const kept = key ? simulator.keptAnswer(key, simulator.now().nowMs) : undefined;
    if (kept) {
      await simulator.durable();
      return this.#replay(kept, endpoint, fingerprint);
    }
    if (key && this.#keysInUse.has(key)) throw keyInUse(key);
    const expand = expansionsOf(params);
    const execute = found.endpoint({ simulator, params, id: found.id });
    if (simulator.room < 1)
      throw new ApiError(500, { ...serverError, message: 'The simulator is full: delete its folder.' });
    if (key) this.#keysInUse.add(key);
    try {
      if (fault?.kind === 'slow') await sleep(fault.ms);
      const outcome = execute();
      await simulator.commit(outcome, {
        requestId,
        kept: key ? { key, fingerprint, endpoint, expand } : undefined,
        instead: fault?.kind === 'error_stored' ? { status: 500, error: serverError } : undefined,
      });
      return this.#show({ ...outcome, expand });
    } finally {
      if (key) this.#keysInUse.delete(key);
    }
  }

  /** Replays the first answer byte for byte, and only for the same request. */
  #replay(kept: KeptAnswer, endpoint: string, fingerprint: string): ApiAnswer {
    if (kept.endpoint !== endpoint || (kept.fingerprint ?? fingerprint) !== fingerprint) {
      throw new ApiError(400, {
        type: 'idempotency_error',
        message:
          kept.endpoint === endpoint
            ? `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${kept.key}' if you meant to execute a different request.`
            : `Keys for idempotent requests can only be used for the same endpoint they were first used for ('${endpoint}' vs '${kept.endpoint}'). Try using a key other than '${kept.key}' if you meant to execute a different request.`,
      });
    }
    const answer = this.#show(kept);
    return {
      ...answer,
      headers: {
        ...answer.headers,
        'idempotent-replayed': 'true',
        'original-request': kept.requestId,
        // A retry would only get the same failure.
        ...(kept.status >= 500 && { 'stripe-should-retry': 'false' }),
      },
    };
  }

  #show(kept: Pick<KeptAnswer, 'status' | 'error' | 'intent' | 'refund' | 'expand'>): ApiAnswer {
    const { status, error, intent, refund } = kept;
    const { simulator, baseUrl } = this.#options;
    const shown = (shape: Shape) => expand(shape, kept.expand, { simulator, baseUrl, intent });
    const ofIntent = () => shown(intentShape(intent, baseUrl));
    if (error) return { status, headers: {}, body: errorShape(error, status < 500 ? ofIntent() : undefined) };
    return { status, headers: {}, body: refund ? shown(refundShape(refund)) : ofIntent() };
  }
}

type PlannedFault = { kind: RequestFaultKind; ms: number } | undefined;

/** Two requests are the same when their parameters are equal, in any order. */
function fingerprintOf(endpoint: string, body: string): string {
  const params = [...new URLSearchParams(body)].map(([name, value]) => `${name}=${value}`).sort();
  return createHash('sha256')
    .update(JSON.stringify([endpoint, params]))
    .digest('base64url');
}

function keyInUse(key: string): ApiError {
  return new ApiError(409, {
    type: 'idempotency_error',
    code: 'idempotency_key_in_use',
    message: `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`,
  });
}

function unknownUrl(method: string, path: string): ApiError {
  return new ApiError(404, {
    type: 'invalid_request_error',
    message: `Unrecognized request URL (${method}: ${path}).`,
  });
}
