/** The guards against a second order that can be removed in the model. */

/** They make duplicates cheap. None of them protects a promise: that is the design's first rule. */
const shields = {
  claim: 'the claim of a submission in Redis',
  lock: "the shopper's lock in Redis",
  singleFlight: 'equal submissions in one process share one way',
} as const;

/** They keep the promises. Each is in the named code or constraint. */
export const guards = {
  orderIdentity: "an order's id is derived from its submission",
  doneLook: 'a replay is answered from the database, even when Redis knows that it is done',
  tokenProof: 'the token is an HMAC over its cart, version and total',
  cartLock: '`SELECT … FOR UPDATE` on carts and stock before deciding',
  existingOrder: 'the writer looks for an existing order, and at the status of the cart',
  uniqueToken: '`UNIQUE (user_id, submit_token)`',
  uniqueCart: '`UNIQUE (user_id, cart_id)`',
  cartVersion: 'the version of the cart is compared with the confirmed version',
  stockLook: 'the writer compares what is wanted with what is left',
  stockCheck: '`CHECK (available >= 0)`',
  stockTurn: '`PRIMARY KEY (sku, id, turn)` on the stock ledger: one release for each end of an order',
  releaseInEnd: 'the stock is released in the transaction that ends the order',
  bookLock: '`FOR UPDATE` on the stock of which a difference is booked',
  orderFirst: 'the order is committed before the card is charged',
  replayCharges: 'a duplicate that finds an order whose card was not charged yet continues with the charge',
  providerKey: "the provider's idempotency key, made of order and attempt",
  attemptKey: '`PRIMARY KEY (user_id, order_id, attempt)` on payments',
  oneLive: '`payment_one_live`: one live payment of an order',
  orderLock: '`SELECT … FOR UPDATE` on the order and its payments',
  orderVersion: 'the version of the order is compared when it changes',
  paymentVersion: 'an answer of the provider counts only if the payment has not changed since the request',
  holdWaits: 'the job for holds leaves a payment that is unknown to the job that asks until it knows',
  holdLook: 'a job or a repair that ends an order after its hold reads the order again under its lock',
  cancelCharge: 'a job that is enqueued with a refusal cancels the declined charge at the provider',
  oneDay: 'for a day after its hold a late charge takes an order up again, and no longer',
  events: "the provider's events come, sooner or later, at least once",
} as const;

export type Shield = keyof typeof shields;
export type Guard = keyof typeof guards;
export type Part = Shield | Guard;

export const sentenceOf = (part: Part): string => ({ ...shields, ...guards })[part];
export const allShields = Object.keys(shields) as Shield[];
