import type { Intent } from '#proof/simulator/ledger/model.ts';
import { seconds } from '#proof/simulator/ledger/moment.ts';
import type { SimulatedProvider } from '#proof/simulator/simulated-provider.ts';
import { eventShape } from '#proof/simulator/webhooks.ts';
import { invalid, missing } from './api-error.ts';
import { disputeShape, refundShape, reviewShape, transactionShape, warningShape } from './beside-shapes.ts';
import { intentOf } from './endpoints.ts';
import { expand, expansionsOf } from './expand.ts';
import { pageOf, pageParams } from './pages.ts';
import { listOf, type Params, requireKnown, textOf } from './params.ts';
import { chargeShape, intentShape, type Shape } from './shapes.ts';

/** The calls that only read. */

interface Item {
  id: string;
  created: number;
}

/** One kind of object: how to find one, how to list all, and which parameters narrow the list. */
interface Collection<One extends Item = Item> {
  kind: string;
  get(simulator: SimulatedProvider, id: string): One | undefined;
  newestFirst(simulator: SimulatedProvider, params: Params): Iterable<One>;
  shape(one: One, simulator: SimulatedProvider, baseUrl: string): Shape;
  filters: readonly string[];
}

/** Checks each collection against its own item type. The table erases that type. */
const collection = <One extends Item>(of: Collection<One>) => of as unknown as Collection;

/** The intent that a list is narrowed to. */
function ofIntent(simulator: SimulatedProvider, params: Params): string | undefined {
  const charge = textOf(params, 'charge');
  if (charge) return chargedIntent(simulator, charge).id;
  const id = textOf(params, 'payment_intent');
  return id && intentOf(simulator, id, 'payment_intent').id;
}

function chargedIntent(simulator: SimulatedProvider, charge: string): Intent {
  const intent = simulator.intentOfCharge(charge);
  if (!intent) throw missing('charge', charge, 'charge');
  return intent;
}

const chargeOf = (intent: Intent | undefined) => (intent?.charge ? [{ ...intent.charge, intent }] : []);

function charges(simulator: SimulatedProvider, params: Params) {
  const of = ofIntent(simulator, params);
  const intents = of ? [simulator.intent(of)] : [...simulator.intentsNewestFirst()];
  return intents.flatMap(chargeOf).sort((one, other) => other.created - one.created);
}

function* events(simulator: SimulatedProvider, params: Params) {
  const types = [...listOf(params, 'types'), ...(textOf(params, 'type') ?? '').split(',').filter(Boolean)];
  // `payment_intent.*` matches all types with that prefix.
  const isWanted = (type: string) =>
    types.length === 0 ||
    types.some((one) => one === type || (one.endsWith('*') && type.startsWith(one.slice(0, -1))));
  for (const event of simulator.events.newestFirst()) if (isWanted(event.type)) yield event;
}

function transactions(simulator: SimulatedProvider, params: Params) {
  const [source, type, currency] = ['source', 'type', 'currency'].map((name) => textOf(params, name));
  return simulator
    .transactionsNewestFirst()
    .filter((one) => !source || one.source === source)
    .filter((one) => !type || one.type === type)
    .filter((one) => !currency || one.currency === currency);
}

const collections: Record<string, Collection> = {
  payment_intents: collection({
    kind: 'payment_intent',
    get: (simulator, id) => simulator.intent(id),
    newestFirst: (simulator) => simulator.intentsNewestFirst(),
    shape: (intent, _, baseUrl) => intentShape(intent, baseUrl),
    filters: ['customer'],
  }),
  charges: collection({
    kind: 'charge',
    get: (simulator, id) => chargeOf(simulator.intentOfCharge(id))[0],
    newestFirst: charges,
    shape: ({ intent, ...charge }) => chargeShape(intent, charge),
    filters: ['payment_intent'],
  }),
  refunds: collection({
    kind: 'refund',
    get: (simulator, id) => simulator.refunds.get(id),
    newestFirst: (simulator, params) => simulator.refunds.newestFirst(ofIntent(simulator, params)),
    shape: refundShape,
    filters: ['charge', 'payment_intent'],
  }),
  disputes: collection({
    kind: 'dispute',
    get: (simulator, id) => simulator.disputes.get(id),
    newestFirst: (simulator, params) => simulator.disputes.newestFirst(ofIntent(simulator, params)),
    shape: (dispute, simulator) => disputeShape(dispute, seconds(simulator.now().nowMs)),
    filters: ['charge', 'payment_intent'],
  }),
  'radar/early_fraud_warnings': collection({
    kind: 'early fraud warning',
    get: (simulator, id) => simulator.warnings.get(id),
    newestFirst: (simulator, params) => simulator.warnings.newestFirst(ofIntent(simulator, params)),
    shape: (warning, simulator) => warningShape(warning, intentOf(simulator, warning.intent)),
    filters: ['charge', 'payment_intent'],
  }),
  reviews: collection({
    kind: 'review',
    get: (simulator, id) => simulator.reviews.get(id),
    // Stripe lists open reviews only.
    newestFirst: (simulator) =>
      simulator.reviews.newestFirst().filter(({ closedReason }) => closedReason === null),
    shape: reviewShape,
    filters: [],
  }),
  balance_transactions: collection({
    kind: 'balance transaction',
    get: (simulator, id) => simulator.transaction(id),
    newestFirst: transactions,
    shape: transactionShape,
    filters: ['currency', 'source', 'type'],
  }),
  events: collection({
    kind: 'event',
    get: (simulator, id) => simulator.events.get(id),
    newestFirst: events,
    shape: (event, _, baseUrl) => eventShape(event, baseUrl),
    filters: ['type', 'types'],
  }),
};

/** Returns the answer to a GET, or undefined for an unknown path. Throws what Stripe would refuse. */
export function query(simulator: SimulatedProvider, path: string, params: Params, baseUrl: string): unknown {
  const [, name = '', id] = path.match(/^\/v1\/(radar\/\w+|\w+)(?:\/(\w+))?$/) ?? [];
  const found = Object.hasOwn(collections, name) ? collections[name] : undefined;
  if (!found) return undefined;
  const wanted = expansionsOf(params);
  if (id) {
    requireKnown(params, ['client_secret']);
    const one = found.get(simulator, id);
    if (!one) throw missing(found.kind, id, found.kind === 'payment_intent' ? 'intent' : 'id');
    return expand(found.shape(one, simulator, baseUrl), wanted, { simulator, baseUrl });
  }
  requireKnown(params, [...pageParams, ...found.filters]);
  for (const cursor of ['starting_after', 'ending_before']) {
    const at = textOf(params, cursor);
    if (at && !found.get(simulator, at)) throw missing(found.kind, at, cursor, 400);
  }
  if (textOf(params, 'starting_after') && textOf(params, 'ending_before'))
    throw invalid('Only one of starting_after and ending_before can be given.', { param: 'ending_before' });
  const { items, more } = pageOf(found.newestFirst(simulator, params), params);
  const data = items.map((one) => found.shape(one, simulator, baseUrl));
  const list = { object: 'list', data, has_more: more, url: `/v1/${name}` };
  return expand(list, wanted, { simulator, baseUrl });
}
