import type { JobName, JobPayloads, PeriodicName } from '#lib/jobs/jobs.ts';
import { deliverWebhook } from '#lib/notifications/deliver-webhook.ts';
import { sendEmail } from '#lib/notifications/email/send-email.ts';
import { notify } from '#lib/notifications/notify.ts';
import { remindDisputes } from '#lib/notifications/remind-disputes.ts';
import { sendOrderLink } from '#lib/notifications/send-order-link.ts';
import { expireHolds } from '#lib/order-management/expire-holds.ts';
import { cancelDeclinedCharge } from '#lib/payments/cancel-declined-charge.ts';
import { pollEvents } from '#lib/payments/events/poll-events.ts';
import { settleRefund } from '#lib/payments/settling/settle-refund.ts';
import { settleUnknownPayment } from '#lib/payments/settling/settle-unknown-payment.ts';
import { sweepPayments } from '#lib/payments/sweep-payments.ts';
import { forgetOld } from '#lib/worker/forget-old.ts';

/**
 * What runs for each job. A task has a minute (`run-task.ts`), may be run twice, also at the same
 * time, and comes to the same then. It throws to be tried again.
 */
type Tasks = { [Name in JobName]: (payload: JobPayloads[Name]) => Promise<unknown> };

export const tasks: Tasks = {
  announce: notify,
  send_mail: sendEmail,
  send_order_link: sendOrderLink,
  deliver_webhook: deliverWebhook,
  settle_payment: settleUnknownPayment,
  call_off_payment: cancelDeclinedCharge,
  settle_refund: settleRefund,
  sweep_payments: sweepPayments,
  expire_holds: expireHolds,
  poll_events: pollEvents,
  remind_disputes: remindDisputes,
  forget_old: forgetOld,
};

/** What runs every minute by itself, whether anybody asked for it or not. */
export const periodicTasks: readonly PeriodicName[] = [
  'sweep_payments',
  'expire_holds',
  'poll_events',
  'remind_disputes',
  'forget_old',
];

/** One that has not succeeded by then is replaced by the next minute's: there is never a heap of the same. */
export const periodicKey = (name: PeriodicName): string => `every_minute:${name}`;
