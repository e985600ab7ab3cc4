import type { Charge, Intent } from '#proof/simulator/ledger/model.ts';
import type { ErrorBody } from '#proof/simulator/ledger/outcome.ts';
import { testCard } from '#proof/simulator/ledger/test-cards.ts';

/** The objects as Stripe's API shows them. An unchanged object always gives the same bytes. */

export type Shape = Record<string, unknown>;

/** `baseUrl` is this simulator's address; the bank's page is under it. */
export function intentShape(intent: Intent, baseUrl: string): Shape {
  const { id, charge, status, amount } = intent;
  return {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: intent.allowedTypes,
    amount,
    amount_capturable: status === 'requires_capture' ? amount : 0,
    amount_received: status === 'succeeded' ? (charge?.amountCaptured ?? 0) : 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: intent.automaticPaymentMethods
      ? { allow_redirects: 'always', enabled: true }
      : null,
    canceled_at: intent.canceledAt,
    cancellation_reason: intent.cancellationReason,
    capture_method: intent.captureMethod,
    client_secret: clientSecret(intent),
    confirmation_method: 'automatic',
    created: intent.created,
    currency: intent.currency,
    customer: null,
    description: intent.description,
    last_payment_error: lastPaymentError(intent),
    latest_charge: charge?.id ?? null,
    livemode: false,
    metadata: intent.metadata,
    next_action: status === 'requires_action' ? nextAction(intent, baseUrl) : null,
    on_behalf_of: null,
    payment_method: intent.paymentMethod,
    payment_method_options: { card: { request_three_d_secure: 'automatic' } },
    payment_method_types: intent.paymentMethodTypes,
    processing: null,
    receipt_email: null,
    review: intent.review ?? null,
    setup_future_usage: null,
    shipping: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status,
    transfer_data: null,
    transfer_group: null,
  };
}

export function clientSecret({ id, secret }: Intent): string {
  return `${id}_secret_${secret}`;
}

function nextAction(intent: Intent, baseUrl: string): Shape {
  const url = `${baseUrl}/3ds/${intent.id}`;
  // Without a return address, Stripe leaves the redirect to its own script in the browser.
  if (!intent.returnUrl) {
    return { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: url } };
  }
  return { type: 'redirect_to_url', redirect_to_url: { return_url: intent.returnUrl, url } };
}

function lastPaymentError({ lastError, charge }: Intent): Shape | null {
  if (!lastError) return null;
  return {
    ...(charge?.failure && { charge: charge.id }),
    code: lastError.code,
    ...(lastError.declineCode && { decline_code: lastError.declineCode }),
    doc_url: docUrl(lastError.code),
    message: lastError.message,
    type: lastError.code === 'payment_intent_authentication_failure' ? 'invalid_request_error' : 'card_error',
  };
}

export function chargeShape(intent: Intent, charge: Charge): Shape {
  const { id, captured, status, amountCaptured, amountRefunded, failure, paymentMethod } = charge;
  return {
    id,
    object: 'charge',
    amount: intent.amount,
    amount_captured: amountCaptured,
    amount_refunded: amountRefunded,
    balance_transaction: charge.transaction?.id ?? null,
    captured,
    created: charge.created,
    currency: intent.currency,
    customer: null,
    description: intent.description,
    disputed: charge.disputed ?? false,
    failure_code: failure?.code ?? null,
    failure_message: failure?.message ?? null,
    livemode: false,
    metadata: intent.metadata,
    outcome: failure
      ? {
          network_status: 'declined_by_network',
          reason: failure.declineCode ?? failure.code,
          type: 'issuer_declined',
        }
      : {
          network_status: 'approved_by_network',
          reason: null,
          risk_level: intent.review ? 'elevated' : 'normal',
          type: intent.review ? 'manual_review' : 'authorized',
        },
    paid: status === 'succeeded',
    payment_intent: intent.id,
    payment_method: paymentMethod,
    payment_method_details: methodDetails(paymentMethod),
    receipt_url: null,
    refunded: amountRefunded > 0 && amountRefunded === amountCaptured,
    review: intent.review ?? null,
    status,
  };
}

function methodDetails(paymentMethod: string): Shape | null {
  const method = testCard(paymentMethod);
  if (!method) return null;
  const { type, brand, last4 } = method;
  const brandOf = { card: 'brand', us_bank_account: 'bank_name', sepa_debit: 'country' };
  return { [type]: { [brandOf[type]]: brand, last4 }, type };
}

/** An error as it is sent. An error about a PaymentIntent includes that intent. */
export function errorShape(error: ErrorBody, intent?: Shape): Shape {
  return {
    error: {
      ...error,
      ...(error.code && { doc_url: docUrl(error.code) }),
      ...(intent && { payment_intent: intent }),
    },
  };
}

function docUrl(code: string): string {
  return `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`;
}
