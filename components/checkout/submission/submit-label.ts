import type { SubmissionState } from '#components/checkout/submission/submission-machine.ts';

/**
 * Undefined while the button can be pressed. Says "received" only if the server has confirmed that it
 * has the order.
 */
export function labelOf(state: SubmissionState): string | undefined {
  switch (state.phase) {
    case 'ready':
      return undefined;
    case 'offline':
      return 'Waiting for your connection';
    case 'stalled':
      return 'Not confirmed yet';
    case 'placed':
      return 'Your order is placed';
    default:
      return busyLabelOf(state);
  }
}

type Busy = Extract<SubmissionState, { phase: 'sending' | 'asking' | 'pausing' }>;

export function busyLabelOf(state: Busy): string {
  if (state.phase === 'pausing' && state.why === 'busy') return 'The shop is busy, please wait';
  const { received, refusal } = state.course;
  if (received) return 'Your order has been received, please wait';
  // With a refusal, the submission is only queried, not sent again.
  return refusal ? 'Checking your order…' : 'Sending your order…';
}
