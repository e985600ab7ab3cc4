import { setTimeout as sleep } from 'node:timers/promises';
import type { Span } from '@opentelemetry/api';
import Stripe from 'stripe';
import {
  type ChargeRequest,
  type EventPage,
  isOf,
  type PaymentProvider,
  type ProviderEvent,
  RefundRefused,
  UnknownOutcome,
} from '#lib/payment-provider/provider.ts';
import { ProviderClock } from '#lib/payment-provider/provider-clock.ts';
import { type CallResult, countCall } from '#lib/payment-provider/provider-metrics.ts';
import { listEntries } from '#lib/payment-provider/stripe/stripe-entries.ts';
import {
  chargeOf,
  eventOf,
  refundOf,
  refusalOf,
  withCharge,
} from '#lib/payment-provider/stripe/stripe-shapes.ts';
import { stripeState } from '#lib/payment-provider/stripe/stripe-state.ts';
import { within } from '#lib/platform/deadline.ts';
import { AppError } from '#lib/platform/errors.ts';
import { inSpan } from '#lib/platform/tracing/tracing.ts';

/** The version of Stripe's API that this file was written for, whatever the account's default is. */
const apiVersion = '2026-10-28.endive';

/**
 * Timeout of one answer, retries included. Together with the order writer before it and the write after it,
 * it fits into the 10 s that a shopper waits for an answer.
 */
const providerDeadlineMs = 6_000;

/**
 * How many charges a search reads, newest first: 20 pages, some seconds. Beyond that, the outcome is
 * unknown.
 */
const maxLookedThrough = 2_000;

/** Pause before a request is repeated while the provider is still processing its twin with the same key. */
const inUsePauseMs = 250;

/** The provider sends its time in whole seconds, and each answer takes time to arrive. */
const clockSlackMs = 60_000;

export interface StripeOptions {
  secretKey: string;
  apiBase: string;
  /** An event must be signed with one of them. */
  webhookSecrets: string[];
  capture: 'automatic' | 'manual';
}

/** The adapter to Stripe, on Stripe's own SDK. */
export function stripeProvider(options: StripeOptions): PaymentProvider {
  const base = new URL(options.apiBase);
  const secure = base.protocol === 'https:';
  const clock = new ProviderClock();
  const stripe = new Stripe(options.secretKey, {
    apiVersion,
    httpClient: clock.listenTo(Stripe.createNodeHttpClient()),
    protocol: secure ? 'https' : 'http',
    host: base.hostname,
    port: base.port || (secure ? 443 : 80),
    timeout: providerDeadlineMs,
    // Callers retry, because they know the state of the order by then.
    maxNetworkRetries: 0,
    telemetry: false,
  });
  const { paymentIntents, refunds } = stripe;

  return {
    authorize: (request) =>
      withinDeadline('charge', async (signal) => {
        try {
          const made = await onceFree(signal, () => paymentIntents.create(...intentOf(request, options)));
          // The replayed first answer to this key: the charge may have been refunded since.
          const now = isRepeated(made.lastResponse) ? await stripeState(stripe, made.id, false) : undefined;
          return now ?? chargeOf(made);
        } catch (error) {
          if (isRefusal(error)) return refusalOf(error, request);
          throw error;
        }
      }),

    spendKey: ({ orderId, idempotencyKey, amountMinor, currency }) =>
      withinDeadline('spendKey', async (signal) => {
        const intent = {
          amount: amountMinor,
          currency: currency.toLowerCase(),
          // No card, no confirmation and no attempt in the metadata: it takes no money and matches no
          // attempt.
          description: 'Stands where a charge would, of an order that was called off',
          metadata: { order_id: orderId },
        };
        try {
          await onceFree(signal, () => paymentIntents.create(intent, { idempotencyKey }));
          return true;
        } catch (error) {
          if (error instanceof Stripe.errors.StripeIdempotencyError) return false;
          // A stored failure of this request blocks every other request with the key, too.
          if (isKeySpent(error)) return true;
          throw error;
        }
      }),

    capture: (ref, idempotencyKey) =>
      withinDeadline('capture', async () =>
        chargeOf(
          await paymentIntents
            .capture(ref, {}, { idempotencyKey })
            .catch(unlessPast(() => paymentIntents.retrieve(ref))),
        ),
      ),

    void: (ref) =>
      withinDeadline('void', async () =>
        chargeOf(
          await paymentIntents.cancel(ref).catch(unlessPast(() => paymentIntents.retrieve(ref, withCharge))),
        ),
      ),

    refund: ({ id, orderId, idempotencyKey, chargeRef, amountMinor }) =>
      withinDeadline('refund', async (signal) => {
        const metadata = { refund_id: id, order_id: orderId };
        try {
          return refundOf(
            await onceFree(signal, () =>
              refunds.create(
                { payment_intent: chargeRef, amount: amountMinor, metadata },
                { idempotencyKey },
              ),
            ),
          );
        } catch (error) {
          if (isRefusal(error)) throw new RefundRefused(error);
          throw error;
        }
      }),

    retrieve: (ref, { thorough = false } = {}) =>
      withinDeadline('retrieve', () => stripeState(stripe, ref, thorough)),

    async now() {
      if (clock.nowMs === undefined) await withinDeadline('clock', () => paymentIntents.list({ limit: 1 }));
      return new Date(clock.nowMs ?? Date.now());
    },

    async find(attempt, since) {
      let looked = 0;
      for await (const charge of this.listSince(new Date(since.getTime() - clockSlackMs))) {
        if (isOf(charge, attempt)) return charge.ref === undefined ? charge : this.retrieve(charge.ref);
        looked += 1;
        if (looked === maxLookedThrough)
          throw new UnknownOutcome('find', new Error(`not among ${looked} charges`));
      }
      return undefined;
    },

    async *listSince(since, until) {
      const created = {
        gte: Math.floor(since.getTime() / 1000),
        ...(until && { lte: Math.ceil(until.getTime() / 1000) }),
      };
      for (let after: string | undefined, more = true; more; ) {
        const page = await withinDeadline('list', () =>
          paymentIntents.list({ created, limit: 100, starting_after: after }),
        );
        yield* page.data.map(chargeOf);
        after = page.data.at(-1)?.id;
        more = page.has_more && after !== undefined;
      }
    },

    listEvents: (range) => listEvents(stripe, range),

    listEntries: (range) => withinDeadline('balance', () => listEntries(stripe, range)),

    readEvent: (body, signature) => readEvent(stripe, body, signature, options.webhookSecrets),
  };
}

const isRepeated = ({ headers }: { headers?: Record<string, string> }): boolean =>
  headers?.['idempotent-replayed'] === 'true';

/**
 * Stripe stores its own failures with a key, too. It then replays that failure to every request for a day.
 */
function isKeySpent(error: unknown): boolean {
  const { StripeError, StripeIdempotencyError } = Stripe.errors;
  if (!(error instanceof StripeError)) return false;
  return error instanceof StripeIdempotencyError || isRepeated(error);
}

type CreateIntent = [Stripe.PaymentIntentCreateParams, Stripe.RequestOptions];

function intentOf(request: ChargeRequest, { capture }: StripeOptions): CreateIntent {
  const { userId, orderId, attempt, amountMinor, currency, token, returnUrl, idempotencyKey } = request;
  return [
    {
      amount: amountMinor,
      currency: currency.toLowerCase(),
      payment_method: token,
      confirm: true,
      capture_method: capture,
      return_url: returnUrl,
      metadata: { user_id: userId, order_id: orderId, attempt: String(attempt) },
      ...withCharge,
    },
    { idempotencyKey },
  ];
}

/**
 * Whether an error is final: the card was refused, or the request is invalid. A wrong API key (401, 403), a
 * busy server (409, 429) and all other errors leave the outcome open.
 */
function isRefusal(error: unknown): error is InstanceType<typeof Stripe.errors.StripeError> {
  const { StripeCardError, StripeInvalidRequestError } = Stripe.errors;
  return (
    (error instanceof StripeCardError || error instanceof StripeInvalidRequestError) &&
    [400, 402, 404].includes(error.statusCode ?? 0)
  );
}

/** The status of a refusal of the request itself: the key, its rights, the address or the parameters. */
function denialIn(error: unknown): number | undefined {
  if (!(error instanceof Stripe.errors.StripeError) || isKeySpent(error)) return undefined;
  const { statusCode } = error;
  return statusCode !== undefined && [400, 401, 403, 404].includes(statusCode) ? statusCode : undefined;
}

/** For a change that is too late because the charge is already in another state: reads the charge instead. */
function unlessPast<T>(look: () => Promise<T>): (error: unknown) => Promise<T> {
  return (error) => {
    const { code } = error as { code?: string };
    if (code === 'payment_intent_unexpected_state') return look();
    throw error;
  };
}

/** Repeats the request while Stripe is processing one with the same key; both then get the same answer. */
async function onceFree<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode !== 409) throw error;
      await sleep(inUsePauseMs, undefined, { signal });
    }
  }
}

/** Throws `UnknownOutcome` for a timeout and for every error except `RefundRefused`. */
function withinDeadline<T>(what: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return inSpan(`provider ${what}`, { kind: 'client' }, (span) => ask(what, work, span));
}

async function ask<T>(what: string, work: (signal: AbortSignal) => Promise<T>, span?: Span): Promise<T> {
  const signal = AbortSignal.timeout(providerDeadlineMs);
  const beganAt = performance.now();
  let result: CallResult = 'unknown';
  try {
    const answer = await within(providerDeadlineMs, work(signal));
    result = 'answered';
    return answer;
  } catch (error) {
    if (error instanceof RefundRefused) {
      result = 'refused';
      throw error;
    }
    const unknown = new UnknownOutcome(what, error, {
      keyIsSpent: isKeySpent(error),
      deniedWith: denialIn(error),
    });
    if (unknown.deniedWith !== undefined) result = 'denied';
    throw unknown;
  } finally {
    countCall(what, result, performance.now() - beganAt);
    span?.setAttribute('once.provider.result', result);
  }
}

/** All event types that report a change of a charge, whether the shop, the provider or a bank made it. */
const eventTypes = [
  'payment_intent.succeeded',
  'payment_intent.payment_failed',
  'payment_intent.canceled',
  'payment_intent.processing',
  'payment_intent.requires_action',
  'payment_intent.amount_capturable_updated',
  'charge.refunded',
  'charge.dispute.created',
  'charge.dispute.updated',
  'charge.dispute.closed',
  'charge.dispute.funds_withdrawn',
  'charge.dispute.funds_reinstated',
  'refund.created',
  'refund.updated',
  'refund.failed',
  'radar.early_fraud_warning.created',
  'radar.early_fraud_warning.updated',
  'review.opened',
  'review.closed',
];

async function listEvents(
  { events }: Stripe,
  { since, until, maxPages }: Parameters<PaymentProvider['listEvents']>[0],
): Promise<EventPage> {
  const created = { gte: Math.floor(since.getTime() / 1000), lt: Math.ceil(until.getTime() / 1000) };
  const read: ProviderEvent[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < maxPages; pages += 1) {
    const page = await withinDeadline('events', () =>
      events.list({ created, types: eventTypes, limit: 100, starting_after: after }),
    );
    read.push(...page.data.map(eventOf).filter((event) => event !== undefined));
    after = page.data.at(-1)?.id;
    if (!page.has_more || after === undefined) return { events: read, more: false };
  }
  return { events: read, more: true };
}

function readEvent(stripe: Stripe, body: string, signature: string | null, secrets: string[]): ProviderEvent {
  if (secrets.length === 0) {
    throw new AppError('unavailable', {
      detail: 'STRIPE_WEBHOOK_SECRET is not set, so no event can be checked.',
    });
  }
  const event = eventOf(signedBody(stripe, body, signature, secrets));
  if (event) return event;
  throw new AppError('invalid_request', {
    detail:
      'The signature is right, but this is no event: one has an id, a type and data.object. Nothing was changed.',
  });
}

/** The signed body; undefined when it is not JSON, which is only checked after the signature. */
function signedBody(stripe: Stripe, body: string, signature: string | null, secrets: string[]): unknown {
  let cause: unknown;
  for (const secret of secrets) {
    try {
      return stripe.webhooks.constructEvent(body, signature ?? '', secret);
    } catch (error) {
      if (error instanceof SyntaxError) return undefined;
      cause = error;
    }
  }
  throw new AppError('signature_invalid', {
    detail: 'The signature does not fit the body. Nothing was changed.',
    cause,
  });
}
