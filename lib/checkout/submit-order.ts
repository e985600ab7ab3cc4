import { challengeField, challengeHeader } from '#lib/abuse/schema.ts';
import { answerOutcome, answerProblem } from '#lib/checkout/answer.ts';
import { chargeIfDue } from '#lib/checkout/charge-if-due.ts';
import { enter, isBusy } from '#lib/checkout/gateway/admission.ts';
import { endFresh, type Fresh, refuseFresh } from '#lib/checkout/gateway/guard-fresh.ts';
import { inProgress } from '#lib/checkout/gateway/in-progress.ts';
import { runOnce } from '#lib/checkout/gateway/single-flight.ts';
import { duplicateWaitMs, withClaim } from '#lib/checkout/gateway/with-claim.ts';
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
import { addInSpan } from '#lib/orders/batch/add-in-span.ts';
import { overloaded } from '#lib/orders/batch/batch-queue.ts';
import { orderWriter } from '#lib/orders/batch/order-writer.ts';
import type { Decision } from '#lib/orders/decide/decide.ts';
import type { OrderRequest } from '#lib/orders/order-request.ts';
import { findExistingOrder } from '#lib/orders/read/find-existing-order.ts';
import { refuseTestCardFromElsewhere } from '#lib/payment-provider/takes-cards.ts';
import { within } from '#lib/platform/deadline.ts';
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
import { requireSession, sealedShopperOf } from '#lib/platform/session/session.ts';
import { activeSpan } from '#lib/platform/tracing/tracing.ts';
import { recordSubmission } from '#lib/submissions/record-submission.ts';
import { inSubmissionSpan } from '#lib/submissions/trace-submission.ts';
import { newTrail, type Trail } from '#lib/submissions/trail.ts';

/**
 * `POST /api/orders`: makes an order from a request and answers it. Next's route handler uses it as a
 * `Response`, and the Node host writes the answer directly. Read it from top to bottom: session, body, token,
 * claim, quota, writer, charge, answer.
 */

/** How long a first submission waits for its answer before it gets `in_progress`. */
const answerWaitMs = 10_000;

export async function submitOrder(request: Request): Promise<Response> {
  return toResponse(await answerOrder(request));
}

export function answerOrder(request: Request): Promise<Answer> {
  const trail = newTrail();
  return activeSpan()
    ? inSubmissionSpan(trail, () => answerWithTrail(request, trail))
    : answerWithTrail(request, trail);
}

async function answerWithTrail(request: Request, trail: Trail): Promise<Answer> {
  const beganAt = performance.now();
  const requestId = requestIdOf(request);
  let raw: RawSubmission = { isForm: isFormPost(request), typed: {}, body: undefined };
  let answer: Answer;
  let outcome: string;
  let leave: (() => void) | undefined;
  try {
    if (isBusy(raw)) throw overloaded();
    refuseForeignOrigin(request);
    trail.ip = clientIpOf(request);
    raw = await readRawSubmission(request);
    leave = enter();
    const { shopperId: userId } = await requireSession(request);
    const idempotencyKey = request.headers.get('idempotency-key');
    const submission = await judgeSubmission({ raw, idempotencyKey, userId });
    if (submission.payment.method === 'card') refuseTestCardFromElsewhere(request.headers);
    const decision = await place(userId, submission, {
      trail,
      origin: () => originOf(request),
      answer: request.headers.get(challengeHeader) ?? raw.typed[challengeField],
      leave,
    });
    noteDecision(trail, decision);
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
  recordSubmission(trail, { requestId, status: answer.status, outcome, beganAt });
  return answer;
}

/** The parts of a request that placing its order needs. */
interface Caller {
  trail: Trail;
  /** The origin by which the shopper reaches the shop. */
  origin: () => string;
  /** The answer to a challenge; not part of the submission. */
  answer: string | undefined;
  /** Frees the slot, so that a slow payment provider can't block invoice orders. */
  leave: () => void;
}

async function place(userId: string, submission: Submission, caller: Caller): Promise<Decision> {
  const signWith = signerOf(submission.submitToken, { ...submission, userId });
  const { trail } = caller;
  const orderRequest = toOrderRequest(userId, submission, { signWith, ip: countedAddress(trail.ip) });
  if (!signWith) return placeAndCharge(orderRequest, caller, await existingOfToken(orderRequest, trail));
  noteSubmitted(trail, orderRequest);
  const { first, running } = runOnce(orderRequest, () =>
    withClaim(orderRequest, trail, (existing) => placeAndCharge(orderRequest, caller, existing)),
  );
  if (!first) trail.layer = 'single_flight';
  const waitMs = first ? answerWaitMs : duplicateWaitMs;
  const decision = await within(waitMs, running, () => inProgress(orderRequest));
  return first ? decision : asReplay(decision);
}

/**
 * For a token that doesn't match its body. Either it was never valid for this shopper, or it has made an
 * order already: under a secret that has since been retired, or with another body.
 */
async function existingOfToken(orderRequest: OrderRequest, trail: Trail): Promise<Decision> {
  const existing = await findExistingOrder(orderRequest);
  if (existing) {
    noteSubmitted(trail, orderRequest);
    trail.layer = 'database';
    return existing;
  }
  throw new AppError('token_invalid', {
    detail:
      'The submit token does not belong to this cart, version and total. Nothing was ordered; get a new one from /api/checkout.',
  });
}

/** Writes the order unless it exists, and charges its card unless it is charged. */
async function placeAndCharge(
  orderRequest: OrderRequest,
  { trail, origin, answer, leave }: Caller,
  existing?: Decision,
): Promise<Decision> {
  const fresh = existing ? undefined : freshOf(orderRequest, { ip: trail.ip, answer });
  let decision: Decision | undefined;
  try {
    const placed =
      existing ??
      (fresh && (await existingOverQuota(orderRequest, trail, fresh))) ??
      (await decideFresh(orderRequest, trail));
    leave();
    decision = await chargeIfDue(placed, orderRequest, origin);
    return decision;
  } finally {
    if (fresh) endFresh(fresh, { declined: decision?.outcome === 'payment_declined' && decision.created });
  }
}

/** Throws `rate_limited`, but never for a submission with an existing order, which gets its answer. */
async function existingOverQuota(
  orderRequest: OrderRequest,
  trail: Trail,
  fresh: Fresh,
): Promise<Decision | undefined> {
  trail.layer = 'gateway';
  const refusal = await refuseFresh(fresh);
  if (!refusal) return undefined;
  const existing = await findExistingOrder(orderRequest);
  if (!existing) throw refusal;
  trail.layer = 'database';
  return existing;
}

async function decideFresh(orderRequest: OrderRequest, trail: Trail): Promise<Decision> {
  trail.layer = 'order_writer';
  const decision = await (activeSpan() ? addInSpan(orderRequest) : orderWriter().add(orderRequest));
  // Noted here, because the answer may be `in_progress` although the order is made.
  trail.made = 'created' in decision && decision.created;
  if (decision.byUniqueKey) trail.layer = 'unique_key';
  else if (isOfExisting(decision)) trail.layer = 'database';
  return decision;
}

/** Whether a decision of the order writer is about an order that existed before. */
const isOfExisting = (decision: Decision): boolean =>
  decision.outcome === 'accepted'
    ? !decision.created
    : decision.outcome === 'already_ordered' || decision.outcome === 'key_reused';

function noteSubmitted(trail: Trail, { userId, submitToken, cartId }: OrderRequest): void {
  trail.submitted = { userId, submitToken, cartId };
}

function noteDecision(trail: Trail, decision: Decision): void {
  if ('receipt' in decision) trail.orderId = decision.receipt.id;
}

function freshOf(
  { userId, submitToken, payment, email }: OrderRequest,
  { ip, answer }: Pick<Fresh, 'ip' | 'answer'>,
): Fresh {
  const card = payment.method === 'card' ? { email, token: payment.token } : undefined;
  const words = { what: 'orders', nothing: 'Nothing was ordered' };
  return { userId, ip, card, submission: submitToken, answer, words };
}

function asReplay(decision: Decision): Decision {
  return 'created' in decision ? { ...decision, created: false } : decision;
}
