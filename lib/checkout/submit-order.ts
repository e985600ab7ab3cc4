import { setTimeout as sleep } from 'node:timers/promises';
import { challengeField, challengeHeader } from '#lib/abuse/schema.ts';
import { answerOutcome, answerProblem } from '#lib/checkout/answer.ts';
import { chargeIfDue } from '#lib/checkout/charge-if-due.ts';
import { enter, isBusy } from '#lib/checkout/gateway/admission.ts';
import { claimSubmission, completeClaim, forgetDone, releaseClaim } from '#lib/checkout/gateway/claim.ts';
import { endFresh, type Fresh, refuseFresh } from '#lib/checkout/gateway/guard-fresh.ts';
import { runOnce } from '#lib/checkout/gateway/single-flight.ts';
import { countAnswer } from '#lib/checkout/order-metrics.ts';
import { judgeSubmission } from '#lib/checkout/submission/judge-submission.ts';
import {
  isFormPost,
  type RawSubmission,
  readRawSubmission,
} from '#lib/checkout/submission/read-submission.ts';
import type { Submission } from '#lib/checkout/submission/schema.ts';
import { signerOf } from '#lib/checkout/submission/submit-token.ts';
import { toOrderRequest } from '#lib/checkout/submission/to-order-request.ts';
import { overloaded } from '#lib/orders/batch/batch-queue.ts';
import { orderWriter } from '#lib/orders/batch/order-writer.ts';
import { type Decision, decideAgain } from '#lib/orders/decide.ts';
import { findOrderOfSubmission } from '#lib/orders/find-orders.ts';
import { findReplayedOrder } from '#lib/orders/find-replayed-order.ts';
import type { OrderRequest } from '#lib/orders/order-request.ts';
import { refuseTestCardFromElsewhere } from '#lib/payment-provider/takes-cards.ts';
import { db } from '#lib/platform/database/db.ts';
import { AppError } from '#lib/platform/errors.ts';
import {
  type Answer,
  asAppError,
  clientIpOf,
  isBrowserPost,
  originOf,
  refuseForeignOrigin,
  requestIdOf,
  toResponse,
} from '#lib/platform/http/http.ts';
import { countedAddress } from '#lib/platform/http/network-of.ts';
import { logger } from '#lib/platform/logger.ts';
import { requireSession, sealedShopperOf } from '#lib/platform/session/session.ts';

/**
 * `POST /api/orders`: from a request to an order and its answer. The same function serves Next's
 * route handler, as a `Response`, and the Node host, which writes the answer as it is. Read it from
 * top to bottom: who, what, whose token, claim, quota, writer, charge, answer.
 */

/** How long a duplicate waits for the answer of the one before it (contract). */
const duplicateWaitMs = 2_000;

/** How long a first submission waits for its own answer before it is told to ask again. */
const answerWaitMs = 10_000;

/** Pauses between looks at a claim that another process holds. */
const claimPollMs = [20, 40, 80, 120, 200];

export async function submitOrder(request: Request): Promise<Response> {
  return toResponse(await answerOrder(request));
}

export async function answerOrder(request: Request): Promise<Answer> {
  const beganAt = performance.now();
  const requestId = requestIdOf(request);
  let raw: RawSubmission = { isForm: isFormPost(request), typed: {}, body: undefined };
  let answer: Answer;
  let outcome: string;
  let leave: (() => void) | undefined;
  try {
    if (isBusy(raw)) throw overloaded();
    refuseForeignOrigin(request);
    const ip = clientIpOf(request);
    raw = await readRawSubmission(request);
    leave = enter();
    const userId = await requireSession(request);
    const idempotencyKey = request.headers.get('idempotency-key');
    const submission = await judgeSubmission({ raw, idempotencyKey, userId });
    if (submission.payment.method === 'card') refuseTestCardFromElsewhere(request.headers);
    const decision = await place(userId, submission, {
      ip,
      origin: () => originOf(request),
      answer: request.headers.get(challengeHeader) ?? raw.typed[challengeField],
      leave,
    });
    answer = await answerOutcome(decision, userId, submission, raw, requestId);
    outcome = decision.outcome === 'accepted' && !decision.created ? 'replayed' : decision.outcome;
  } catch (error) {
    const known = asAppError(error, requestId);
    const [shopper, fromBrowser] = [sealedShopperOf(request), isBrowserPost(request)];
    answer = answerProblem(known, raw, { requestId, shopper, fromBrowser });
    outcome = known.code;
  } finally {
    leave?.();
  }
  answer.headers['x-request-id'] = requestId;
  countAnswer(outcome, beganAt);
  return answer;
}

/** Who asks, as far as it matters to how: their address, and the name by which they reach the shop. */
interface Caller {
  ip: string | undefined;
  origin: () => string;
  /** The answer to a challenge; no part of what is submitted. */
  answer: string | undefined;
  /** Gives their place back: a provider that is slow shall not keep out who wants an invoice. */
  leave: () => void;
}

async function place(userId: string, submission: Submission, caller: Caller): Promise<Decision> {
  const signWith = signerOf(submission.submitToken, { ...submission, userId });
  const orderRequest = toOrderRequest(userId, submission, { signWith, ip: countedAddress(caller.ip) });
  if (!signWith) return placeAgain(orderRequest, caller);
  const { first, running } = runOnce(orderRequest, () => placeFresh(orderRequest, caller));
  const decision = await withinOrInProgress(running, first ? answerWaitMs : duplicateWaitMs, orderRequest);
  return first ? decision : asReplay(decision);
}

/**
 * A token that doesn't fit its body. Either it never was this shopper's, or the order stands
 * already: made under a secret that has since been retired, or with another body.
 */
async function placeAgain(orderRequest: OrderRequest, caller: Caller): Promise<Decision> {
  const order = await findOrderOfSubmission(db(), orderRequest);
  if (order) return chargeIfDue(decideAgain(orderRequest, order), orderRequest, caller.origin);
  throw new AppError('token_invalid', {
    detail:
      'The submit token does not belong to this cart, version and total. Nothing was ordered; get a new one from /api/checkout.',
  });
}

async function placeFresh(orderRequest: OrderRequest, caller: Caller): Promise<Decision> {
  const { origin, leave } = caller;
  const claim = await claimOrAnswer(orderRequest);
  // Somebody else's claim led to an order: one that died, perhaps, before it had asked for the money.
  if ('outcome' in claim) return chargeIfDue(claim, orderRequest, origin);
  const fresh = freshOf(orderRequest, caller);
  let decision: Decision | undefined;
  try {
    const placed = (await overQuota(orderRequest, fresh)) ?? (await orderWriter().add(orderRequest));
    leave();
    decision = await chargeIfDue(placed, orderRequest, origin);
    return decision;
  } finally {
    endFresh(fresh, { declined: decision?.outcome === 'payment_declined' && decision.created });
    // Not awaited: the shopper's answer does not depend on Redis. A claim that could not be
    // settled runs out by itself, and the database answers until then.
    settleClaim(orderRequest, claim.owner, decision).catch((error) =>
      logger().error({ err: error }, 'claim not settled'),
    );
  }
}

/** The claim, or the decision that somebody else's claim led to. */
async function claimOrAnswer(orderRequest: OrderRequest): Promise<{ owner: string } | Decision> {
  const until = performance.now() + duplicateWaitMs;
  for (let look = 0; ; look += 1) {
    const claim = await claimSubmission(orderRequest);
    if (claim.state === 'fresh') return { owner: claim.owner };
    const late = performance.now() > until;
    if (claim.state === 'done') {
      const order = await withinOrInProgress(findReplayedOrder(orderRequest), duplicateWaitMs, orderRequest);
      if (order) return decideAgain(orderRequest, order);
      if (late) throw inProgress(orderRequest);
      // The database was restored to a moment before this order. It is placed again, as itself.
      await forgetDone(orderRequest);
      continue;
    }
    if (late) return standingOrder(orderRequest, claim.what);
    await sleep(claimPollMs[Math.min(look, claimPollMs.length - 1)]);
  }
}

/** Whoever holds the claim may have died after its commit: the database knows. Throws `in_progress`. */
async function standingOrder(orderRequest: OrderRequest, what: 'this' | 'another'): Promise<Decision> {
  const order = await findOrderOfSubmission(db(), orderRequest);
  if (order) return decideAgain(orderRequest, order);
  if (what === 'this') throw inProgress(orderRequest);
  throw new AppError('in_progress', {
    detail:
      'Another order of yours is still being worked on. This one has not been begun; send it again in a moment with the same token.',
    headers: submissionLocation(orderRequest),
    retryAfterSeconds: 1,
  });
}

/** Throws `rate_limited`, but never at a submission whose order stands: that one gets its answer. */
async function overQuota(orderRequest: OrderRequest, fresh: Fresh): Promise<Decision | undefined> {
  const refusal = await refuseFresh(fresh);
  if (!refusal) return undefined;
  const order = await findOrderOfSubmission(db(), orderRequest);
  if (order) return decideAgain(orderRequest, order);
  throw refusal;
}

function freshOf({ userId, submitToken, payment, email }: OrderRequest, { ip, answer }: Caller): Fresh {
  const card = payment.method === 'card' ? { email, token: payment.token } : undefined;
  const words = { what: 'orders', nothing: 'Nothing was ordered' };
  return { userId, ip, card, submission: submitToken, answer, words };
}

function settleClaim(orderRequest: OrderRequest, owner: string, decision: Decision | undefined) {
  const accepted = decision?.outcome === 'accepted';
  return accepted ? completeClaim(orderRequest, owner) : releaseClaim(orderRequest, owner);
}

/** Waits for what goes on whether or not anybody still waits for it. Throws `in_progress` after `ms`. */
async function withinOrInProgress<T>(
  running: Promise<T>,
  ms: number,
  orderRequest: OrderRequest,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(inProgress(orderRequest)), ms);
  });
  try {
    return await Promise.race([running, late]);
  } finally {
    clearTimeout(timer);
  }
}

function inProgress(orderRequest: OrderRequest): AppError {
  return new AppError('in_progress', {
    detail:
      'Your order has been received and is still being worked on. Ask again with the same token; it makes one order however often you do.',
    headers: submissionLocation(orderRequest),
    retryAfterSeconds: 1,
  });
}

function submissionLocation({ submitToken }: OrderRequest): { location: string } {
  return { location: `/api/submissions/${submitToken}` };
}

function asReplay(decision: Decision): Decision {
  return 'created' in decision ? { ...decision, created: false } : decision;
}
