import type { SimulatorEvent } from '#proof/simulator/books/event-log.ts';
import { Timeline } from '#proof/simulator/books/timeline.ts';
import type { BalanceTransaction, Dispute, FraudWarning, Intent } from '#proof/simulator/ledger/model.ts';
import { seconds } from '#proof/simulator/ledger/moment.ts';
import type { SimulatedProvider } from '#proof/simulator/simulated-provider.ts';
import { eventShape } from '#proof/simulator/webhooks.ts';
import { missing } from './api-error.ts';
import {
  disputeShape,
  payoutShape,
  refundShape,
  reviewShape,
  transactionShape,
  warningShape,
} from './beside-shapes.ts';
import { intentOf } from './endpoints.ts';
import { spanOf } from './pages.ts';
import { listOf, type Params, textOf } from './params.ts';
import { chargeShape, intentShape, type Shape } from './shapes.ts';

interface Item {
  id: string;
  created: number;
}

/** One kind of object, and its list. */
interface Collection<One extends Item = Item> {
  kind: string;
  all(simulator: SimulatedProvider): Timeline<One>;
  /** The list of `all`, or a shorter one that has everything that the parameters ask for. */
  among?(simulator: SimulatedProvider, params: Params): Timeline<One> | undefined;
  isWanted?(params: Params): (one: One) => boolean;
  shape(one: One, simulator: SimulatedProvider, baseUrl: string): Shape;
  /** The parameters that narrow the list. */
  filters: readonly string[];
}

/** Checks each collection against its own item type. The table erases that type. */
const collection = <One extends Item>(of: Collection<One>) => of as unknown as Collection;

const now = (simulator: SimulatedProvider) => seconds(simulator.now().nowMs);

/** The intent that a list is narrowed to. Throws for an unknown one. */
function intentIn(simulator: SimulatedProvider, params: Params): Intent | undefined {
  const charge = textOf(params, 'charge');
  const id = textOf(params, 'payment_intent');
  if (!charge) return id ? intentOf(simulator, id, 'payment_intent') : undefined;
  const intent = simulator.intentOfCharge(charge);
  if (!intent) throw missing('charge', charge, 'charge');
  return intent;
}

/** For objects around a charge. */
const isOfCharge = (params: Params) => {
  const wanted = textOf(params, 'charge');
  return ({ charge }: { charge: string | null }) => !wanted || charge === wanted;
};

function isOfType(params: Params) {
  const types = [...listOf(params, 'types'), ...(textOf(params, 'type') ?? '').split(',').filter(Boolean)];
  // `payment_intent.*` matches all types with that prefix.
  return ({ type }: { type: string }) =>
    types.length === 0 ||
    types.some((one) => one === type || (one.endsWith('*') && type.startsWith(one.slice(0, -1))));
}

function transactionsAmong(simulator: SimulatedProvider, params: Params) {
  const source = textOf(params, 'source');
  const payout = textOf(params, 'payout');
  const paidOut = payout ? simulator.balance.entriesOf(payout) : undefined;
  if (payout && !paidOut) throw missing('payout', payout, 'payout');
  if (!source) return paidOut;
  const caused = simulator.transactionsOf(source);
  return paidOut ? Timeline.of(caused.all().filter(({ id }) => paidOut.get(id))) : caused;
}

export const collections: Record<string, Collection> = {
  payment_intents: collection({
    kind: 'payment_intent',
    all: ({ intents }) => intents,
    shape: (intent, _, baseUrl) => intentShape(intent, baseUrl),
    filters: ['customer'],
  }),
  charges: collection({
    kind: 'charge',
    all: ({ charges }) => charges,
    among: (simulator, params) => {
      const intent = intentIn(simulator, params);
      return intent && simulator.chargesOf(intent);
    },
    shape: ({ intent, charge }, simulator) => chargeShape(intentOf(simulator, intent), charge),
    filters: ['payment_intent'],
  }),
  refunds: collection({
    kind: 'refund',
    all: ({ refunds }) => refunds,
    among: (simulator, params) => {
      const intent = intentIn(simulator, params);
      return intent && simulator.refunds.ofIntent(intent.id);
    },
    isWanted: isOfCharge,
    shape: refundShape,
    filters: ['charge', 'payment_intent'],
  }),
  disputes: collection<Dispute>({
    kind: 'dispute',
    all: ({ disputes }) => disputes,
    among: (simulator, params) => {
      const intent = intentIn(simulator, params);
      return intent && simulator.disputes.ofIntent(intent.id);
    },
    isWanted: isOfCharge,
    shape: (dispute, simulator) => disputeShape(dispute, now(simulator)),
    filters: ['charge', 'payment_intent'],
  }),
  'radar/early_fraud_warnings': collection<FraudWarning>({
    kind: 'early fraud warning',
    all: ({ warnings }) => warnings,
    among: (simulator, params) => {
      const intent = intentIn(simulator, params);
      return intent && simulator.warnings.ofIntent(intent.id);
    },
    isWanted: isOfCharge,
    shape: (warning, simulator) => warningShape(warning, intentOf(simulator, warning.intent)),
    filters: ['charge', 'payment_intent'],
  }),
  reviews: collection({
    kind: 'review',
    all: ({ reviews }) => reviews,
    // Stripe lists open reviews only.
    isWanted:
      () =>
      ({ closedReason }) =>
        closedReason === null,
    shape: reviewShape,
    filters: [],
  }),
  balance_transactions: collection({
    kind: 'balance transaction',
    all: ({ transactions }) => transactions,
    among: transactionsAmong,
    isWanted: (params) => {
      const type = textOf(params, 'type');
      const currency = textOf(params, 'currency');
      return (one: BalanceTransaction) =>
        (!type || one.type === type) && (!currency || one.currency === currency);
    },
    shape: (transaction, simulator) => transactionShape(transaction, now(simulator)),
    filters: ['currency', 'payout', 'source', 'type'],
  }),
  payouts: collection({
    kind: 'payout',
    all: ({ payouts }) => payouts,
    isWanted: (params) => {
      const status = textOf(params, 'status');
      const { earliest, latest } = spanOf(params, 'arrival_date');
      return ({ status: has, arrivalDate }) =>
        (!status || has === status) && earliest <= arrivalDate && arrivalDate <= latest;
    },
    shape: payoutShape,
    filters: ['arrival_date', 'status'],
  }),
  events: collection<SimulatorEvent>({
    kind: 'event',
    all: ({ events }) => events,
    isWanted: isOfType,
    shape: (event, _, baseUrl) => eventShape(event, baseUrl),
    filters: ['type', 'types'],
  }),
};
