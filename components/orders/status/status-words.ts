import type { OrderStatus } from '#lib/orders/schema.ts';

interface StatusWords {
  label: string;
  /** What the status means for the shopper, and what happens next or what they can do. */
  sentence: string;
  tone: 'neutral' | 'accent' | 'good' | 'caution' | 'bad';
  /** The status is final, so the page needn't poll. */
  final: boolean;
}

const words: Record<OrderStatus, StatusWords> = {
  placed: {
    label: 'Placed',
    sentence: 'We have your order and are getting it ready. You pay by invoice after it has arrived.',
    tone: 'accent',
    final: false,
  },
  payment_pending: {
    label: 'Payment under way',
    sentence: 'We have your order, and your payment is under way. This page updates itself.',
    tone: 'caution',
    final: false,
  },
  payment_processing: {
    label: 'Payment processing',
    sentence:
      'We have your order. Your bank is processing the payment; this can take days. You need not do anything.',
    tone: 'caution',
    final: false,
  },
  payment_unknown: {
    label: 'Confirming payment',
    sentence:
      'We have your order and are confirming your payment. You need not do anything, and you will not be charged twice.',
    tone: 'caution',
    final: false,
  },
  payment_declined: {
    label: 'Payment declined',
    sentence: 'Your order is kept, and is not paid.',
    tone: 'bad',
    final: false,
  },
  paid: {
    label: 'Paid',
    sentence: 'Your payment has arrived, and we are getting your order ready.',
    tone: 'good',
    final: false,
  },
  fulfilled: {
    label: 'On its way',
    sentence: 'Your parcel has left us and is on its way to you.',
    tone: 'good',
    final: true,
  },
  cancelled: {
    label: 'Cancelled',
    sentence: 'This order is cancelled. Nothing is sent, and there is nothing to pay.',
    tone: 'neutral',
    final: true,
  },
  refunded: {
    label: 'Refunded',
    sentence: 'What you paid for this order was refunded.',
    tone: 'neutral',
    final: true,
  },
};

export const statusWords = (status: OrderStatus): StatusWords => words[status];
