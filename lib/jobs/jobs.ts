/**
 * Every job by its name, with what it is told. A job's payload names rows and never copies them:
 * by the time it runs they may have changed, and it decides on what they are then.
 */
export interface JobPayloads {
  /** Says to the outside what happened to orders: one job for all orders of a batch. */
  announce: { events: OrderVersion[] };
  /** Sends a mail that `announce` has written. */
  send_mail: OrderVersion & { kind: string };
  /**
   * Sends a link to an order, if the number and the recipient (a hash of an email address) belong
   * together. Equal requests of a few minutes have one id and get one email.
   */
  send_order_link: { requestId: string; number: string; recipient: string };
  /** Posts one order event to ORDER_WEBHOOK_URL. */
  deliver_webhook: OrderVersion;
  /** Asks the provider what became of a payment whose end nobody knows. */
  settle_payment: { userId: string; orderId: string; attempt: number };
  /** Cancels the charge of an attempt that was declined: the provider would take another card for it. */
  call_off_payment: { userId: string; orderId: string; attempt: number };
  /** Asks the provider for a refund that has been recorded, and writes what came of it. */
  settle_refund: { userId: string; orderId: string; id: string };
  /** Every minute: payments and refunds that nobody goes on with. */
  sweep_payments: Periodic;
  /** Every minute: unpaid orders whose hold is over. */
  expire_holds: Periodic;
  /** Every minute: what the provider lists and no webhook has told of. */
  poll_events: Periodic;
  /** Every minute: disputes whose deadline is near. */
  remind_disputes: Periodic;
  /** Every minute: carts, emails and events that nobody needs any more. */
  forget_old: Periodic;
}

export type JobName = keyof JobPayloads;

/** The same names at run time. */
export const jobNames: readonly JobName[] = [
  'announce',
  'send_mail',
  'send_order_link',
  'deliver_webhook',
  'settle_payment',
  'call_off_payment',
  'settle_refund',
  'sweep_payments',
  'expire_holds',
  'poll_events',
  'remind_disputes',
  'forget_old',
];

/**
 * What comes first: money and stock before words. A mail server that is slow at a hundred thousand
 * mails must not keep a payment waiting.
 */
export function priorityOf(name: JobName): number {
  // Anybody can ask for links, so they come after what the shop has to say of itself. Deleting can wait.
  if (name === 'send_order_link' || name === 'forget_old') return 10;
  return name === 'announce' || name === 'send_mail' || name === 'deliver_webhook' ? 0 : -10;
}

/** A version of an order: what happened to it is its `order_event` of the same key. */
export interface OrderVersion {
  userId: string;
  orderId: string;
  version: number;
}

/** Told nothing: it looks for what there is to do. */
type Periodic = Record<never, never>;

export type PeriodicName =
  | 'sweep_payments'
  | 'expire_holds'
  | 'poll_events'
  | 'remind_disputes'
  | 'forget_old';
