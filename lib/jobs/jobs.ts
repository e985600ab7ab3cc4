/**
 * Every job by its name, with its payload. A payload names rows and never copies them: the rows may change
 * before the job runs, and the job must decide on their state at that time.
 */
export interface JobPayloads {
  /** Sends notifications about order events: one job for all orders of a batch. */
  announce: { events: (OrderVersion & Traced)[] };
  /** Sends an email that `announce` has written. */
  send_mail: OrderVersion & { kind: string };
  /**
   * Sends a link to an order if the number and the recipient (a hash of an email address) belong together.
   * Equal requests within a few minutes have one id and send one email.
   */
  send_order_link: { requestId: string; number: string; recipient: string };
  /** Posts one order event to ORDER_WEBHOOK_URL. */
  deliver_webhook: OrderVersion;
  /** Queries the charge of a payment whose outcome is unknown. */
  settle_payment: { userId: string; orderId: string; attempt: number };
  /** Cancels the charge of a declined attempt: the provider would accept another card for it. */
  call_off_payment: { userId: string; orderId: string; attempt: number };
  /** Asks the provider for a recorded refund and writes the outcome. */
  settle_refund: { userId: string; orderId: string; id: string };
  /** Every minute: retries payments and refunds that no process is working on. */
  sweep_payments: Periodic;
  /** Every minute: ends expired unpaid holds. */
  expire_holds: Periodic;
  /** Every minute: reads provider events that no webhook has delivered. */
  poll_events: Periodic;
  /** Every minute: sends reminders of disputes whose deadline is near. */
  remind_disputes: Periodic;
  /** Every minute: continues a reconciliation, or begins one if the last was RECONCILE_HOURS ago. */
  reconcile: Periodic;
  /** Every minute: deletes what is no longer needed. */
  forget_old: Periodic;
}

export type JobName = keyof JobPayloads;

/** The job names at run time. */
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
  'reconcile',
  'forget_old',
];

/**
 * Payments and stock run before notifications. A slow mail server with a hundred thousand emails must not
 * delay a payment. Lower runs first.
 */
export function priorityOf(name: JobName): number {
  // Anyone can request links, so they run after the shop's own notifications. Comparing and deleting can wait.
  if (name === 'send_order_link' || name === 'reconcile' || name === 'forget_old') return 10;
  return name === 'announce' || name === 'send_mail' || name === 'deliver_webhook' ? 0 : -10;
}

/** A version of an order. The `order_event` with the same key says what happened to the order. */
export interface OrderVersion {
  userId: string;
  orderId: string;
  version: number;
}

/** The span that led to it, where that is traced: `addJob` adds it to the payload of each job. */
export interface Traced {
  traceparent?: string | undefined;
}

/** An empty payload: the job itself looks for work. */
type Periodic = Record<never, never>;

export type PeriodicName =
  | 'sweep_payments'
  | 'expire_holds'
  | 'poll_events'
  | 'remind_disputes'
  | 'reconcile'
  | 'forget_old';
