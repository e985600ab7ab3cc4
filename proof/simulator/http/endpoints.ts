import { requireChargeable } from '#proof/simulator/ledger/amounts.ts';
import { cancelIntent, captureIntent } from '#proof/simulator/ledger/intent-ends.ts';
import { confirmIntent, createIntent } from '#proof/simulator/ledger/intents.ts';
import type { Intent } from '#proof/simulator/ledger/model.ts';
import type { Outcome } from '#proof/simulator/ledger/outcome.ts';
import { createRefund } from '#proof/simulator/ledger/refunds.ts';
import { testCard } from '#proof/simulator/ledger/test-cards.ts';
import type { SimulatedProvider } from '#proof/simulator/simulated-provider.ts';
import { invalid, missing } from './api-error.ts';
import {
  booleanOf,
  listOf,
  metadataOf,
  oneOf,
  type Params,
  positiveOf,
  required,
  requireKnown,
  textOf,
  urlOf,
} from './params.ts';

/**
 * The calls that change something. Each reads its parameters and returns the function that executes the call.
 * Reading throws a 400, which no key stores.
 */
type Endpoint = (call: { simulator: SimulatedProvider; params: Params; id: string }) => () => Outcome;

/** Parameters of Stripe's that are accepted and have no effect here. */
const ofNoConsequence = [
  'amount_details',
  'confirmation_method',
  'customer',
  'customer_account',
  'error_on_requires_action',
  'excluded_payment_method_types',
  'mandate_data',
  'off_session',
  'payment_details',
  'payment_method_configuration',
  'payment_method_options',
  'radar_options',
  'receipt_email',
  'setup_future_usage',
  'shipping',
  'statement_descriptor',
  'statement_descriptor_suffix',
  'use_stripe_sdk',
];

const createParams = [
  ...ofNoConsequence,
  'allowed_payment_method_types',
  'amount',
  'automatic_payment_methods',
  'capture_method',
  'confirm',
  'currency',
  'description',
  'metadata',
  'payment_method',
  'payment_method_types',
  'return_url',
];

const create: Endpoint = ({ simulator, params }) => {
  requireKnown(params, createParams);
  const currency = currencyOf(params);
  const confirm = booleanOf(params, 'confirm');
  // Newer and older versions of Stripe's API name this parameter differently.
  const allowed = listOf(params, 'allowed_payment_method_types');
  const types = listOf(params, 'payment_method_types');
  const listed = [...allowed, ...types];
  const wanted = {
    amount: amountOf(params, currency),
    currency,
    captureMethod: captureMethodOf(params),
    metadata: metadataOf(params),
    description: textOf(params, 'description') ?? null,
    paymentMethod: paymentMethodOf(params) ?? null,
    allowedTypes: allowed.length > 0 ? allowed : null,
    paymentMethodTypes: listed.length > 0 ? listed : ['card'],
    automaticPaymentMethods: types.length === 0,
    returnUrl: urlOf(params, 'return_url') ?? null,
  };
  if (wanted.returnUrl && !confirm) {
    throw invalid('`return_url` can only be passed when `confirm` is true.', { param: 'return_url' });
  }
  const redirects = textOf(params, 'automatic_payment_methods[allow_redirects]') !== 'never';
  if (confirm && listed.length === 0 && redirects && !wanted.returnUrl) {
    throw invalid(
      'This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`.',
    );
  }
  if (confirm && !wanted.paymentMethod) {
    throw invalid("You cannot confirm this PaymentIntent because it's missing a payment method.", {
      code: 'payment_intent_unexpected_state',
    });
  }
  return () => {
    const created = createIntent(wanted, simulator.now());
    return confirm ? confirmIntent(created.intent, simulator.now()) : created;
  };
};

const confirm: Endpoint = ({ simulator, params, id }) => {
  requireKnown(params, [...ofNoConsequence, 'allowed_payment_method_types', 'payment_method', 'return_url']);
  const paymentMethod = paymentMethodOf(params);
  const returnUrl = urlOf(params, 'return_url');
  return () => {
    const intent = intentOf(simulator, id);
    const chosen = {
      ...intent,
      paymentMethod: paymentMethod ?? intent.paymentMethod,
      returnUrl: returnUrl ?? intent.returnUrl,
    };
    const outcome = confirmIntent(chosen, simulator.now());
    // A refused confirmation leaves the intent unchanged.
    return outcome.intent === chosen ? { ...outcome, intent } : outcome;
  };
};

const capture: Endpoint = ({ simulator, params, id }) => {
  requireKnown(params, ['amount_to_capture', 'metadata', 'statement_descriptor']);
  const amount = positiveOf(params, 'amount_to_capture');
  return () => captureIntent(intentOf(simulator, id), amount, simulator.now());
};

const cancel: Endpoint = ({ simulator, params, id }) => {
  requireKnown(params, ['cancellation_reason']);
  const reason = oneOf(params, 'cancellation_reason', [
    'duplicate',
    'fraudulent',
    'requested_by_customer',
    'abandoned',
  ]);
  return () => cancelIntent(intentOf(simulator, id), reason ?? null, simulator.now());
};

const refund: Endpoint = ({ simulator, params }) => {
  requireKnown(params, ['amount', 'metadata', 'payment_intent', 'reason']);
  const id = required(params, 'payment_intent');
  const wanted = {
    amount: positiveOf(params, 'amount'),
    reason: oneOf(params, 'reason', ['duplicate', 'fraudulent', 'requested_by_customer']) ?? null,
    metadata: metadataOf(params),
  };
  return () => createRefund(intentOf(simulator, id, 'payment_intent'), wanted, simulator.now());
};

const posts: [RegExp, Endpoint][] = [
  [/^\/v1\/payment_intents$/, create],
  [/^\/v1\/payment_intents\/(?<id>\w+)\/confirm$/, confirm],
  [/^\/v1\/payment_intents\/(?<id>\w+)\/capture$/, capture],
  [/^\/v1\/payment_intents\/(?<id>\w+)\/cancel$/, cancel],
  [/^\/v1\/refunds$/, refund],
];

/** Finds the endpoint of a POST path, and the id in the path. */
export function findPost(path: string): { endpoint: Endpoint; id: string } | undefined {
  for (const [pattern, endpoint] of posts) {
    const match = path.match(pattern);
    if (match) return { endpoint, id: match.groups?.id ?? '' };
  }
  return undefined;
}

export function intentOf(simulator: SimulatedProvider, id: string, param = 'intent'): Intent {
  const intent = simulator.intent(id);
  if (!intent) throw missing('payment_intent', id, param);
  return intent;
}

function currencyOf(params: Params): string {
  const currency = required(params, 'currency').toLowerCase();
  if (!/^[a-z]{3}$/.test(currency)) throw invalid(`Invalid currency: ${currency}`, { param: 'currency' });
  return currency;
}

function amountOf(params: Params, currency: string): number {
  required(params, 'amount');
  const amount = positiveOf(params, 'amount') ?? 0;
  requireChargeable(amount, currency);
  return amount;
}

function captureMethodOf(params: Params): 'automatic' | 'manual' {
  const method = oneOf(params, 'capture_method', ['automatic', 'automatic_async', 'manual']);
  return method === 'manual' ? 'manual' : 'automatic';
}

function paymentMethodOf(params: Params): string | undefined {
  const id = textOf(params, 'payment_method');
  if (id !== undefined && !testCard(id)) throw missing('PaymentMethod', id, 'payment_method', 400);
  return id;
}
