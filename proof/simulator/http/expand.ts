import type { Intent } from '#proof/simulator/ledger/model.ts';
import { seconds } from '#proof/simulator/ledger/moment.ts';
import type { SimulatedProvider } from '#proof/simulator/simulated-provider.ts';
import { invalid } from './api-error.ts';
import { disputeShape, payoutShape, refundShape, reviewShape, transactionShape } from './beside-shapes.ts';
import { listOf, type Params } from './params.ts';
import { chargeShape, intentShape, type Shape } from './shapes.ts';

/** `expand[]`: replaces ids in an answer with the objects that they name. */

const expandable = [
  'balance_transaction',
  'charge',
  'failure_balance_transaction',
  'latest_charge',
  'payment_intent',
  'refunds',
  'review',
  'source',
];

/** Stripe's own limit. */
const mostLevels = 4;

/** Returns the paths to expand. Throws for one that can't be expanded. */
export function expansionsOf(params: Params): string[] {
  const wanted = listOf(params, 'expand');
  for (const path of wanted) {
    const names = path.replace(/^data\./, '').split('.');
    if (names.length > mostLevels || names.some((name) => !expandable.includes(name)))
      throw invalid(`This property cannot be expanded (${path}).`, { param: 'expand' });
  }
  return wanted;
}

/**
 * Replaces the ids at `paths`. A stored answer shows `intent` as it was then, but the current list of
 * refunds.
 */
export function expand(
  shape: Shape,
  paths: readonly string[],
  { simulator, baseUrl, intent }: { simulator: SimulatedProvider; baseUrl: string; intent?: Intent },
): Shape {
  const look = (id: string) =>
    (intent && shapeOfIntent(intent, id, baseUrl)) ?? shapeOf(simulator, id, baseUrl);
  const expandAt = (object: Shape, [name = '', ...rest]: string[]): void => {
    const value = object[name];
    if (Array.isArray(value)) {
      for (const one of value) expandAt(one, rest);
      return;
    }
    if (name === 'refunds' && object.object === 'charge') object.refunds = refundsOf(simulator, object);
    else if (typeof value === 'string') object[name] = look(value) ?? value;
    const full = object[name];
    if (rest.length > 0 && full && typeof full === 'object') expandAt(full as Shape, rest);
  };
  for (const path of paths) expandAt(shape, path.split('.'));
  return shape;
}

function refundsOf(simulator: SimulatedProvider, charge: Shape): Shape {
  const refunds = simulator.refunds.ofIntent(String(charge.payment_intent)).newestFirst();
  return {
    object: 'list',
    data: refunds.filter((refund) => refund.charge === charge.id).map(refundShape),
    has_more: false,
    url: `/v1/charges/${charge.id}/refunds`,
  };
}

/** The shape of the intent itself, or of its charge. */
function shapeOfIntent(intent: Intent, id: string, baseUrl: string): Shape | undefined {
  if (intent.id === id) return intentShape(intent, baseUrl);
  return intent.charge?.id === id ? chargeShape(intent, intent.charge) : undefined;
}

/** The shape of any object, by its id. */
function shapeOf(simulator: SimulatedProvider, id: string, baseUrl: string): Shape | undefined {
  const nowSeconds = seconds(simulator.now().nowMs);
  const intent = simulator.intent(id);
  if (intent) return intentShape(intent, baseUrl);
  const charge = simulator.charges.get(id);
  const charged = charge && simulator.intent(charge.intent);
  if (charged) return chargeShape(charged, charge.charge);
  const refund = simulator.refunds.get(id);
  if (refund) return refundShape(refund);
  const dispute = simulator.disputes.get(id);
  if (dispute) return disputeShape(dispute, nowSeconds);
  const review = simulator.reviews.get(id);
  if (review) return reviewShape(review);
  const payout = simulator.payouts.get(id);
  if (payout) return payoutShape(payout);
  const transaction = simulator.transactions.get(id);
  return transaction && transactionShape(transaction, nowSeconds);
}
