import type { InDatabase } from './in-database.ts';
import type { Replaceable } from './replacements.ts';

/** All guards that can be removed. The first two are outside the shop: a workload's clients skip them. */
export type Guard = 'button' | 'edge' | Replaceable | InDatabase;

/** A description of each. A guard that is also in the model has the same name there. */
export const guards: Record<Guard, string> = {
  button: 'a button that locks itself at the first click',
  edge: 'nginx, which keeps the answers of orders',
  claim: 'the claim of a submission in Redis, and the answer that is kept with it',
  lock: 'in Redis, one submission of a shopper at a time',
  lease: 'a claim that ends by itself when its owner has died',
  singleFlight: 'equal submissions in one process share one way',
  rateLimit: 'so many orders of one shopper in a minute',
  session: 'the signature of the session cookie',
  tokenProof: 'the token is an HMAC over its cart, version and total',
  cartId: "a new cart's id follows from its shopper and their last cart",
  cartVersion: "the cart's version is compared with the one that was confirmed",
  cartTotal: 'the total is compared with the one that was confirmed',
  cartLock: '`FOR UPDATE` on the carts of a batch',
  cartStatus: 'a cart that was ordered is not open any more',
  existingOrder: 'the writer looks for an order that stands already',
  orderIdentity: "an order's id and number follow from its submission",
  doneLook: 'a replay is answered from the database, also when Redis knows that it is done',
  uniqueToken: '`UNIQUE (user_id, submit_token)`',
  uniqueCart: '`UNIQUE (user_id, cart_id)`',
  oneOpenCart: '`cart_one_open`: one open cart of a shopper',
  stockLock: '`FOR UPDATE` on the stock of a batch',
  stockLook: 'the writer compares what is wanted with what is left',
  planCheck:
    'what the writer decided is checked before it is written: sums, one order of a cart, no negative stock',
  stockCheck: '`CHECK (available >= 0)`',
  unpaidCount: 'the writer compares what is unpaid already with what may be',
  unpaidLock: 'one batch at a time counts what a network has left unpaid',
  lockOrder: 'everybody locks carts and stock in one order',
  replayCharges: 'a duplicate that finds an order not charged yet goes on with its charge',
  providerKey: "the provider's idempotency key, made of order and attempt",
  spendKey: 'the key of a charge that is called off is used up, where there is no charge',
  cancelCharge: 'a job cancels a declined charge at the provider, which would take another card for it',
  paymentVersion: 'what the provider said counts only if nobody has written since it was asked',
  orderLock: '`FOR UPDATE` on an order and its payments',
  orderVersion: 'the version of the order is compared when it changes',
  eventKey: '`PRIMARY KEY (user_id, order_id, version)` on the record of changes',
  attemptKey: '`PRIMARY KEY (user_id, order_id, attempt)` on payments',
  oneLive: '`payment_one_live`: one live payment of an order',
};

/** All guards in front of the database. Without the claim there is no lock and no lease either. */
export const allShields: readonly Guard[] = ['button', 'edge', 'claim', 'singleFlight', 'rateLimit'];
