import { takingOf } from './balance.ts';
import type { BalanceTransaction, Charge, Intent } from './model.ts';
import { seconds } from './moment.ts';

/** A paid charge to put into the books, as if it had been charged at `createdMs`. */
export interface PlantedCharge {
  /** The id of its PaymentIntent. Its charge has the same one after `ch_`, its balance entry after `txn_`. */
  id: string;
  /** Metadata, as the shop sends it. A charge of another program has none. */
  orderId?: string;
  userId?: string;
  attempt?: number;
  /** Minor units. */
  amount: number;
  currency: string;
  /** A request with this key gets this charge as its stored answer. */
  idempotencyKey?: string;
  createdMs: number;
}

const card = 'pm_card_visa';
/** Shared by all: a million charges must fit into memory. */
const paymentMethodTypes = ['card'];

/** Always the same objects for the same charge, so that the journal needs nothing else. Pure. */
export function objectsOfPlanted(planted: PlantedCharge): {
  intent: Intent;
  charge: Charge;
  transaction: BalanceTransaction;
} {
  const { id, amount, createdMs, orderId, userId, attempt } = planted;
  const name = id.slice('pi_'.length);
  const created = seconds(createdMs);
  const currency = planted.currency.toLowerCase();
  const unpaid: Charge = {
    id: `ch_${name}`,
    created,
    status: 'succeeded',
    captured: true,
    amountCaptured: amount,
    amountRefunded: 0,
    paymentMethod: card,
    failure: null,
  };
  const of = { currency, description: null };
  const transaction = takingOf(of, unpaid, amount, createdMs, `txn_${name}`);
  const charge = { ...unpaid, transaction };
  const intent: Intent = {
    id,
    secret: name,
    created,
    amount,
    currency,
    captureMethod: 'automatic',
    status: 'succeeded',
    metadata: {
      ...(userId !== undefined && { user_id: userId }),
      ...(orderId !== undefined && { order_id: orderId }),
      ...(attempt !== undefined && { attempt: String(attempt) }),
    },
    description: null,
    paymentMethod: card,
    allowedTypes: null,
    paymentMethodTypes,
    automaticPaymentMethods: true,
    returnUrl: null,
    charge,
    lastError: null,
    canceledAt: null,
    cancellationReason: null,
    settlesAtMs: null,
  };
  return { intent, charge, transaction };
}
