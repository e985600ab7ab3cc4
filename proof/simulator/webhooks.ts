import { createHmac } from 'node:crypto';
import type { SimulatorEvent } from '#proof/simulator/books/event-log.ts';
import {
  disputeShape,
  payoutShape,
  refundShape,
  reviewShape,
  warningShape,
} from '#proof/simulator/http/beside-shapes.ts';
import { chargeShape, intentShape, type Shape } from '#proof/simulator/http/shapes.ts';
import { seconds } from '#proof/simulator/ledger/moment.ts';
import type { Faults } from './faults.ts';
import type { SimulatedProvider } from './simulated-provider.ts';

export interface WebhookOptions {
  simulator: SimulatedProvider;
  faults: Faults;
  secret: string;
  baseUrl: string;
  /** Undefined: no event is sent until it is set. */
  url: string | undefined;
  /** The pause after the first failure. It doubles up to `longestPauseMs`. */
  retryMs: number;
}

/**
 * The pause grows from half a second to a minute, so a shop that is back within a quarter of an hour gets
 * every event.
 */
const mostAttempts = 24;
const longestPauseMs = 60_000;
const answerTimeoutMs = 10_000;
/** Concurrent deliveries. */
const lanes = 8;
/** How long an event that a later one overtakes waits for that later one. */
const overtakenWithinMs = 5_000;
const flushTimeoutMs = 30_000;

/** Sends events to the shop until it answers 2xx: at least once, in no promised order. */
export class Webhooks {
  url: string | undefined;
  readonly #options: WebhookOptions;
  readonly #underWay = new Map<Promise<void>, SimulatorEvent>();
  readonly #wakeUps = new Set<() => void>();
  readonly #overtaken = new Set<() => void>();
  readonly #waitingForLane: (() => void)[] = [];
  readonly #stop = new AbortController();
  #freeLanes = lanes;

  constructor(options: WebhookOptions) {
    this.#options = options;
    this.url = options.url;
    this.tellPending();
  }

  /** Sends the events that an earlier process left undelivered. */
  tellPending(): void {
    const told = new Set(this.#underWay.values());
    for (const event of this.#options.simulator.events.all()) {
      if (event.state === 'pending' && !told.has(event)) this.tell(event);
    }
  }

  tell(event: SimulatorEvent): void {
    if (this.url === undefined || this.#stop.signal.aborted) return;
    const work = this.#deliver(event).finally(() => this.#underWay.delete(work));
    this.#underWay.set(work, event);
  }

  /**
   * Sends all waiting events immediately and waits for the attempts. Resolves with how many are still
   * undelivered.
   */
  async flush(): Promise<number> {
    for (const deadline = Date.now() + flushTimeoutMs; this.#underWay.size > 0; ) {
      if (Date.now() > deadline || this.#stop.signal.aborted) break;
      for (const wake of [...this.#overtaken, ...this.#wakeUps]) wake();
      await Promise.race([...this.#underWay.keys(), new Promise((resolve) => setTimeout(resolve, 50))]);
    }
    return this.#underWay.size;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    for (const wake of [...this.#overtaken, ...this.#wakeUps]) wake();
    await Promise.all(this.#underWay.keys());
  }

  async #deliver(event: SimulatorEvent): Promise<void> {
    const { simulator, faults, retryMs } = this.#options;
    const { signal } = this.#stop;
    const fault = faults.takeForWebhook({ type: event.type, orderId: event.intent?.metadata.order_id });
    if (fault?.kind === 'webhook_drop') return simulator.told(event, 'dropped');
    if (fault?.kind === 'webhook_delay') await pause(fault.ms, this.#wakeUps);
    if (fault?.kind === 'webhook_reorder') await pause(overtakenWithinMs, this.#overtaken);
    for (let attempt = 0; attempt < mostAttempts && !signal.aborted; attempt++) {
      if (await this.#post(event)) {
        if (fault?.kind === 'webhook_duplicate') await this.#post(event);
        simulator.told(event, 'delivered');
        for (const goOn of this.#overtaken) goOn();
        return;
      }
      await pause(Math.min(retryMs * 2 ** attempt, longestPauseMs), this.#wakeUps);
    }
    if (!signal.aborted) simulator.told(event, 'given_up');
  }

  async #post(event: SimulatorEvent): Promise<boolean> {
    if (this.#freeLanes === 0) await new Promise<void>((resolve) => this.#waitingForLane.push(resolve));
    else this.#freeLanes -= 1;
    try {
      if (this.#stop.signal.aborted || this.url === undefined) return false;
      const body = JSON.stringify(eventShape(event, this.#options.baseUrl));
      const answer = await fetch(this.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'user-agent': 'Stripe/1.0 (a simulator)',
          'stripe-signature': signatureOf(body, this.#options),
        },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([this.#stop.signal, AbortSignal.timeout(answerTimeoutMs)]),
      });
      await answer.body?.cancel();
      return answer.ok;
    } catch {
      return false;
    } finally {
      const next = this.#waitingForLane.shift();
      if (next) next();
      else this.#freeLanes += 1;
    }
  }
}

/** Waits that long, or until a caller runs the function put into `wakeUps`. */
function pause(ms: number, wakeUps: Set<() => void>): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      wakeUps.delete(done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    wakeUps.add(done);
  });
}

/** `t=…,v1=…`: HMAC-SHA-256 of time and body, as specified in docs.stripe.com/webhooks. */
function signatureOf(body: string, { secret, simulator }: WebhookOptions): string {
  const time = seconds(simulator.now().nowMs);
  return `t=${time},v1=${createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')}`;
}

export function eventShape(event: SimulatorEvent, baseUrl: string): Shape {
  return {
    id: event.id,
    object: 'event',
    api_version: '2026-10-28.endive',
    created: event.created,
    data: { object: objectOf(event, baseUrl) },
    livemode: false,
    pending_webhooks: event.state === 'pending' ? 1 : 0,
    request: { id: event.requestId, idempotency_key: event.key },
    type: event.type,
  };
}

function objectOf({ type, created, intent, ...beside }: SimulatorEvent, baseUrl: string): Shape | null {
  const { refund, dispute, warning, review, payout } = beside;
  if (payout) return payoutShape(payout);
  if (refund && type.startsWith('refund.')) return refundShape(refund);
  if (dispute) return disputeShape(dispute, created);
  if (review) return reviewShape(review);
  if (!intent) return null;
  if (warning) return warningShape(warning, intent);
  if (intent.charge && type.startsWith('charge.')) return chargeShape(intent, intent.charge);
  return intentShape(intent, baseUrl);
}
