import { createHash } from 'node:crypto';
import { createWriteStream, type WriteStream } from 'node:fs';

/** What a client asked the shop to do. */
export type CallKind = 'cart' | 'quote' | 'order' | 'pay' | 'cancel' | 'read' | 'snoop' | 'fulfil';

/**
 * How a call ended, as far as its client can know. `ok`: it was done. `fail`: the answer says that
 * nothing was done. `unknown`: no answer, an incomplete one, or one that leaves it open.
 */
export type CallOutcome = 'ok' | 'fail' | 'unknown';

/** What a shopper saw on the checkout page and meant to order. */
export interface Confirmed {
  /** Quantities by sku, as the shopper set them; undefined where another client may have changed them. */
  lines: Readonly<Record<string, number>> | undefined;
  totalMinor: number;
}

/** One call of the load, as its client saw it. The checker knows nothing else about the client. */
export interface Call {
  /** Counted from 0 in the order in which the calls began. */
  id: number;
  kind: CallKind;
  /** Which entrance of the shop got the call: 0 and 1 are its processes, 2 is nginx, 3 is its operator. */
  app: number;
  /** The client that sent the call, whichever shopper the shop takes it for. */
  client: number;
  /** The shopper that the session cookie names; empty before there is one. */
  shopper: string;
  /** Submit token and cart of a submission. */
  token?: string;
  cart?: string;
  /** Hash of the request body. Equal hashes are the same submission. */
  sent?: string;
  confirmed?: Confirmed;
  /** A submission sent again after everything worked again and nothing was in progress. */
  again?: true;
  /** The shopper's bank decides after the answer: 3-D Secure, or a slow debit. */
  bankDecides?: true;
  /** Unix time at which the operator was asked, by the clock of the provider's ledger. */
  askedAtMs?: number;
  /** Milliseconds since the run began. */
  startMs: number;
  endMs: number;
  outcome: CallOutcome;
  /** HTTP status; 0 where no complete answer came. */
  status: number;
  /** The `code` of a problem document. */
  code?: string;
  /** Hash of the answer's bytes. */
  answer?: string;
  /** The order that the answer names, or that the request was about. */
  order?: string;
  /** The payment attempt that was requested. */
  attempt?: number;
}

/** What is known about a call before its answer. */
export type Question = Pick<
  Call,
  | 'kind'
  | 'app'
  | 'client'
  | 'shopper'
  | 'token'
  | 'cart'
  | 'sent'
  | 'confirmed'
  | 'again'
  | 'order'
  | 'attempt'
  | 'askedAtMs'
  | 'bankDecides'
>;

/** The answer to a call. */
export interface Reply {
  status: number;
  body: Buffer;
}

/** Problems after which the same request may have been carried out, or may still be in progress. */
const openCodes = new Set(['in_progress', 'payment_unsettled', 'internal', 'unavailable']);

export const hashOf = (bytes: Buffer | string): string =>
  createHash('sha256').update(bytes).digest('hex').slice(0, 24);

/** Keeps every call in memory for the checker, and one line per call in a file for debugging. */
export class History {
  readonly calls: Call[] = [];
  readonly #beganAt = performance.now();
  /** The zero of `startMs` and `endMs`, in milliseconds of Unix time. */
  readonly beganAtMs = performance.timeOrigin + this.#beganAt;
  readonly #file: WriteStream | undefined;
  #next = 0;
  #clients = 0;

  constructor(file?: string) {
    this.#file = file === undefined ? undefined : createWriteStream(file);
  }

  /** A number for a client that has not been here before. */
  newClient(): number {
    return this.#clients++;
  }

  /**
   * Sends the call and records its outcome. A rejection counts as "no answer": the work may have been
   * done.
   */
  async record(question: Question, ask: () => Promise<Reply>): Promise<Reply | undefined> {
    const id = this.#next++;
    const startMs = this.#now();
    const reply = await ask().catch(() => undefined);
    const call: Call = { id, ...question, startMs, endMs: this.#now(), ...readReply(question, reply) };
    this.calls.push(call);
    this.#file?.write(`${JSON.stringify(call)}\n`);
    return reply;
  }

  async close(): Promise<void> {
    if (this.#file) await new Promise((resolve) => this.#file?.end(resolve));
  }

  #now(): number {
    return Math.round(performance.now() - this.#beganAt);
  }
}

function readReply(question: Question, reply: Reply | undefined) {
  if (!reply) return { outcome: 'unknown' as const, status: 0 };
  const { status, body } = reply;
  const { code, order, id } = parse(body);
  const named = order?.id ?? (question.kind === 'read' || question.kind === 'snoop' ? id : undefined);
  return {
    outcome: outcomeOf(question, status, code),
    status,
    ...(code !== undefined && { code }),
    answer: hashOf(body),
    ...(named !== undefined && { order: named }),
  };
}

/** nginx, which tries the other process when one gives no answer. */
const edgeDoor = 2;

/** A declined card's answer is `ok` for a submission: the order exists. */
function outcomeOf({ kind, app }: Question, status: number, code: string | undefined): CallOutcome {
  if (status >= 200 && status < 300) return 'ok';
  // The request did not arrive completely, and its answer has no body.
  if (status === 408) return 'unknown';
  if (status === 402 && kind === 'order') return 'ok';
  // Sent before any work started. Behind nginx, however, it may be the second process that says so.
  if (code === 'overloaded' || code === 'rate_limited') return app === edgeDoor ? 'unknown' : 'fail';
  // No order is cancelled while a payment is open.
  if (code === 'payment_unsettled' && kind === 'cancel') return 'fail';
  return status >= 500 || openCodes.has(code ?? '') ? 'unknown' : 'fail';
}

function parse(body: Buffer): { code?: string; order?: { id?: string }; id?: string } {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return {};
  }
}
