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
import { reconcileRegularly } from '#lib/reconciliation/reconcile-regularly.ts';
import { forgetOld } from '#lib/worker/forget-old.ts';

/**
 * The function of each job. A task has a minute (`run-task.ts`). It may run twice, even concurrently, so it
 * must be idempotent. It throws to be retried.
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
  reconcile: reconcileRegularly,
  forget_old: forgetOld,
};

/** Jobs that run every minute without a request. */
export const periodicTasks: readonly PeriodicName[] = [
  'sweep_payments',
  'expire_holds',
  'poll_events',
  'remind_disputes',
  'reconcile',
  'forget_old',
];

/** A job that has not succeeded by the next minute is replaced by that minute's, so copies never pile up. */
export const periodicKey = (name: PeriodicName): string => `every_minute:${name}`;
