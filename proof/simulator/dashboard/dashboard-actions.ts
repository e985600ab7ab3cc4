import {
  booleanOf,
  metadataOf,
  oneOf,
  type Params,
  positiveOf,
  required,
  requireKnown,
  textOf,
} from '#proof/simulator/http/params.ts';
import { disputeOutcomes } from '#proof/simulator/ledger/disputes.ts';
import { type Payout, reviewClosedReasons } from '#proof/simulator/ledger/model.ts';
import type { Outcome } from '#proof/simulator/ledger/outcome.ts';
import type { Dashboard } from './dashboard.ts';

/** The dashboard over HTTP: `POST /_test/dashboard/<action>`, with a form as Stripe's API takes it. */
interface Action {
  known: readonly string[];
  act: (dashboard: Dashboard, params: Params) => Promise<Outcome | Payout | Payout[]>;
}

const payment = (params: Params) => required(params, 'payment_intent');

const actions: Record<string, Action> = {
  charge: {
    known: ['amount', 'currency', 'capture_method', 'description', 'metadata', 'payment_method'],
    act: (dashboard, params) =>
      dashboard.charge({
        amount: positiveOf(params, 'amount') ?? 1_000,
        currency: textOf(params, 'currency') ?? 'usd',
        captureMethod: oneOf(params, 'capture_method', ['automatic', 'manual']),
        paymentMethod: textOf(params, 'payment_method'),
        description: textOf(params, 'description'),
        metadata: metadataOf(params),
      }),
  },
  refund: {
    known: ['amount', 'metadata', 'payment_intent'],
    act: (dashboard, params) =>
      dashboard.refund(payment(params), positiveOf(params, 'amount'), metadataOf(params)),
  },
  'refund/fail': {
    known: ['reason', 'refund'],
    act: (dashboard, params) => dashboard.failRefund(required(params, 'refund'), textOf(params, 'reason')),
  },
  capture: {
    known: ['amount', 'payment_intent'],
    act: (dashboard, params) => dashboard.capture(payment(params), positiveOf(params, 'amount')),
  },
  cancel: {
    known: ['payment_intent'],
    act: (dashboard, params) => dashboard.cancel(payment(params)),
  },
  /** The id of an intent or of a refund. */
  settle: {
    known: ['id'],
    act: (dashboard, params) => dashboard.settle(required(params, 'id')),
  },
  dispute: {
    known: ['amount', 'due_by', 'inquiry', 'payment_intent', 'reason'],
    act: (dashboard, params) =>
      dashboard.dispute(payment(params), {
        amount: positiveOf(params, 'amount'),
        reason: textOf(params, 'reason'),
        dueBy: positiveOf(params, 'due_by'),
        inquiry: booleanOf(params, 'inquiry'),
      }),
  },
  'dispute/evidence': {
    known: ['dispute'],
    act: (dashboard, params) => dashboard.submitEvidence(required(params, 'dispute')),
  },
  'dispute/close': {
    known: ['dispute', 'outcome'],
    act: (dashboard, params) =>
      dashboard.closeDispute(
        required(params, 'dispute'),
        oneOf(params, 'outcome', disputeOutcomes) ?? 'lost',
      ),
  },
  fraud_warning: {
    known: ['fraud_type', 'payment_intent'],
    act: (dashboard, params) => dashboard.warnOfFraud(payment(params), textOf(params, 'fraud_type')),
  },
  review: {
    known: ['payment_intent', 'reason'],
    act: (dashboard, params) =>
      dashboard.openReview(payment(params), oneOf(params, 'reason', ['manual', 'rule'])),
  },
  'review/close': {
    known: ['reason', 'review'],
    act: (dashboard, params) =>
      dashboard.closeReview(required(params, 'review'), oneOf(params, 'reason', reviewClosedReasons)),
  },
  payout: {
    known: ['arrival_date', 'available_by', 'currency', 'status'],
    act: (dashboard, params) =>
      dashboard.payOut({
        arrivalDate: positiveOf(params, 'arrival_date'),
        availableBy: positiveOf(params, 'available_by'),
        currency: textOf(params, 'currency'),
        status: oneOf(params, 'status', ['paid', 'pending']),
      }),
  },
  'payout/pay': {
    known: ['payout'],
    act: (dashboard, params) => dashboard.payPayout(required(params, 'payout')),
  },
  'payout/fail': {
    known: ['payout', 'reason'],
    act: (dashboard, params) => dashboard.failPayout(required(params, 'payout'), textOf(params, 'reason')),
  },
};

/**
 * Returns undefined for an unknown action. Throws for an unknown parameter, so that no typing error passes
 * unseen. Every action takes `created`, the Unix time at which it happened.
 */
export function actAtDashboard(
  dashboard: Dashboard,
  name: string,
  params: Params,
): Promise<Outcome | Payout | Payout[]> | undefined {
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (!action) return undefined;
  requireKnown(params, ['created', ...action.known]);
  const created = positiveOf(params, 'created');
  return action.act(created === undefined ? dashboard : dashboard.at(created * 1_000), params);
}
