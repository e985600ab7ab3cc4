import type { InDatabase } from './in-database.ts';
import type { Replaceable } from './replacements.ts';

/** All guards that can be removed. The first two are outside the shop: a workload's clients skip them. */
export type Guard = 'button' | 'edge' | Replaceable | InDatabase;

/** A description of each. A guard that is also in the model has the same name there. */
export const guards: Record<Guard, string> = {
  button: 'a button that disables itself at the first click',
  edge: 'nginx, which caches the answers to orders',
  claim: 'the claim of a submission in Redis, and the answer that is stored with it',
  lock: 'the lock in Redis: one submission per shopper at a time',
  lease: 'the expiry of a claim whose owner has died',
  singleFlight: 'equal submissions in one process share one run',
  rateLimit: 'a limit on the orders of one shopper per minute',
  session: 'the signature of the session cookie',
  tokenProof: 'the token is an HMAC over its cart, version and total',
  cartId: "a new cart's id is derived from its shopper and their last cart",
  cartVersion: "the cart's version is compared with the confirmed one",
  cartTotal: 'the total is compared with the confirmed one',
  rulesVersion: 'the writer compares the version of the pricing rules in its memory with the database',
  cartLock: '`FOR UPDATE` on the carts of a batch',
  cartStatus: 'an ordered cart is no longer open',
  existingOrder: 'the writer looks for an existing order',
  orderIdentity: "an order's id and number are derived from its submission",
  doneLook: 'a replay is answered from the database, even when Redis knows that it is done',
  uniqueToken: '`UNIQUE (user_id, submit_token)`',
  uniqueCart: '`UNIQUE (user_id, cart_id)`',
  oneOpenCart: '`cart_one_open`: one open cart per shopper',
  stockLock: '`FOR UPDATE` on the stock of a batch',
  stockLook: 'the writer compares the quantity with the stock',
  planCheck:
    'the plan of a batch is checked before it is written: sums, one order per cart, no negative stock',
  stockCheck: '`CHECK (available >= 0)`',
  stockTurn:
    '`PRIMARY KEY (sku, id, turn)` on the stock ledger: an order gives its units back once for each end',
  releaseInEnd: "an order's units are released in the transaction that ends it",
  unpaidCount: 'the writer compares unpaid orders with their limit',
  unpaidLock: 'one batch at a time counts the unpaid orders of a network',
  lockOrder: 'all batches lock carts and stock in the same order',
  replayCharges: 'a duplicate that finds an uncharged order continues with its charge',
  providerKey: "the provider's idempotency key, derived from order and attempt",
  spendKey: 'the idempotency key of a cancelled charge is used up, if there is no charge yet',
  cancelCharge: 'a job cancels a declined charge at the provider, which would accept another card for it',
  paymentVersion: 'an answer of the provider counts only if the payment has not changed since the request',
  orderLock: '`FOR UPDATE` on an order and its payments',
  orderVersion: 'the version of the order is compared when it changes',
  eventKey: '`PRIMARY KEY (user_id, order_id, version)` on the record of changes',
  attemptKey: '`PRIMARY KEY (user_id, order_id, attempt)` on payments',
  oneLive: '`payment_one_live`: one live payment of an order',
  recordKey: '`PRIMARY KEY (user_id, id)` on records of submissions',
  entryKey: "`PRIMARY KEY (ref)` on the copy of the provider's balance",
  discrepancyKey: '`UNIQUE (kind, subject)` on discrepancies',
  discrepancyId: "a discrepancy's id is derived from its kind and subject",
  acceptVersion: 'a discrepancy is accepted only in the version that a person has read',
  oneRun: '`reconciliation_one_at_a_time`: one unfinished run',
  runFence: "the token of a run's lease is compared when its progress is written",
  closeKey: '`PRIMARY KEY (day, currency, method, version)` on closed days',
  bookLock: '`FOR UPDATE` on the stock of which a difference is booked',
};

/** All guards in front of the database. Without the claim there is no lock and no lease either. */
export const allShields: readonly Guard[] = ['button', 'edge', 'claim', 'singleFlight', 'rateLimit'];
