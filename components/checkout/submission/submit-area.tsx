'use client';

import { type ReactNode, type Ref, useEffect, useState } from 'react';
import type { SubmissionState } from '#components/checkout/submission/submission-machine.ts';
import { busyLabelOf, labelOf } from '#components/checkout/submission/submit-label.ts';
import { Button } from '#components/ui/form/button.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { ring } from '#components/ui/icon-paths.ts';
import { TextLink } from '#components/ui/text-link.tsx';

/**
 * The button and the status of the submission. The button is never `disabled`, because that would
 * remove its focus. `aria-disabled` has the same meaning, and the form's handler ignores further
 * presses.
 */
export function SubmitArea({
  state,
  busyLabel,
  onCheckAgain,
  ref,
  children,
}: {
  state: SubmissionState;
  /** Why the button has to wait although nothing was submitted. */
  busyLabel: string | undefined;
  onCheckAgain: () => void;
  ref: Ref<HTMLButtonElement>;
  /** The button's label when it can be pressed. */
  children: ReactNode;
}) {
  const label = busyLabel ?? labelOf(state);
  const waiting = label !== undefined;
  const askable = state.phase === 'stalled' || state.phase === 'offline';
  return (
    <div className="grid gap-3">
      <Button ref={ref} size="lg" block aria-disabled={waiting || undefined} className="py-2">
        {waiting && !askable ? (
          <Icon path={ring} className="size-5 shrink-0 motion-safe:animate-spin" />
        ) : null}
        {label ?? children}
      </Button>
      {/* Always rendered, so that screen readers announce its changes. */}
      <div role="status" className="text-center text-muted empty:absolute">
        {statusOf(state)}
      </div>
      {state.phase === 'pausing' && state.why === 'busy' ? <Countdown untilMs={state.untilMs} /> : null}
      {askable ? (
        <Button type="button" variant="secondary" block onClick={onCheckAgain}>
          Check again
        </Button>
      ) : null}
    </div>
  );
}

function statusOf(state: SubmissionState): ReactNode {
  switch (state.phase) {
    case 'ready':
      return undefined;
    case 'sending':
      // The label shows the first part visibly, but screen readers don't announce a changed label.
      return (
        <>
          <span className="sr-only">{busyLabelOf(state)} </span>
          Press as often as you like: you order once.
        </>
      );
    case 'asking':
      return 'We are checking what became of your order. It cannot be placed twice.';
    case 'pausing':
      if (state.why === 'busy') {
        return 'We will send your order again automatically as soon as the shop is less busy. It cannot be placed twice.';
      }
      return state.why === 'working'
        ? 'We are working on your order. Please keep this page open.'
        : 'We are checking what became of your order. It cannot be placed twice.';
    case 'offline':
      return state.step === 'sending'
        ? 'You are offline. Your order will be sent automatically when you are back online.'
        : 'You are offline. When you are back online, we will check what became of your order. It cannot be placed twice.';
    case 'stalled':
      return (
        <>
          We do not know yet whether your order went through. It cannot be placed twice. Check again in a
          moment, or look at <TextLink href="/orders">your orders</TextLink> later.
        </>
      );
    case 'placed':
      return 'Opening your order.';
  }
}

/** The remaining seconds, hidden from screen readers, which would read every one. */
function Countdown({ untilMs }: { untilMs: number }) {
  const [nowMs, setNowMs] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 250);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(1, Math.ceil((untilMs - nowMs) / 1_000));
  return (
    <p aria-hidden className="figures text-center text-sm text-muted">
      Trying again in {seconds} {seconds === 1 ? 'second' : 'seconds'}
    </p>
  );
}
