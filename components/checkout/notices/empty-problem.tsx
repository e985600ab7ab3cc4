'use client';

import { sentenceOf } from '#components/checkout/form/form-data.ts';
import { titleOf } from '#components/checkout/notices/problem-summary.tsx';
import type { Problem } from '#components/checkout/submission/submission-machine.ts';
import { Alert } from '#components/ui/alert.tsx';
import { TextLink } from '#components/ui/text-link.tsx';

/** Says why an order was not placed, on a page without the form that usually shows it. */
export function EmptyProblem({ problem }: { problem: Problem }) {
  const title = titleOf(problem.code);
  return (
    <Alert
      tabIndex={-1}
      autoFocus
      role="group"
      tone={problem.code === 'in_progress' ? 'info' : 'caution'}
      aria-label={title}
      title={title}
      className="mt-8"
    >
      <p className="mt-1">
        <Explanation problem={problem} />
      </p>
    </Alert>
  );
}

function Explanation({ problem: { code, detail } }: { problem: Problem }) {
  switch (code) {
    case 'session_required':
      return 'The shop keeps your cart in a cookie, and your browser did not send it. Allow cookies for this site, then put what you want into the cart again. Nothing was ordered.';
    case 'cart_changed':
    case 'cart_empty':
    case 'token_invalid':
      return 'The cart that you were checking out is no longer there: it was emptied in another window, or your browser has lost it. Nothing was ordered.';
    case 'in_progress':
    case 'key_reused':
    case 'unavailable':
    case 'internal':
      return (
        <>
          Check <TextLink href="/orders">your orders</TextLink> in a moment to see whether it is there. It
          cannot be placed twice.
        </>
      );
    default:
      return sentenceOf(detail);
  }
}
