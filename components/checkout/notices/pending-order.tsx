'use client';

import { useEffect } from 'react';
import { rememberedSubmission } from '#components/checkout/submission/pending-submission.ts';
import { useSubmission } from '#components/checkout/submission/use-submission.ts';
import { notRecorded } from '#components/checkout/use-checkout-page.ts';
import { Alert } from '#components/ui/alert.tsx';

/**
 * Shown on a checkout without a cart: the page was reloaded during a submission, and the cart has
 * become an order since. Continues to query the submission and opens the order.
 */
export function PendingOrder() {
  const { runner, state } = useSubmission();

  useEffect(() => {
    const pending = rememberedSubmission();
    if (pending) runner.resume(pending, notRecorded);
  }, [runner]);

  if (state.phase === 'ready') return null;
  return (
    <Alert role="status" tone="info" title="One moment" className="mt-8">
      <p>We are looking up the order that you have just sent. It cannot be placed twice.</p>
    </Alert>
  );
}
