'use client';

import { type FormEvent, useRef, useState } from 'react';
import { cancelSentences, type PostAnswer, postToOrder } from '#components/orders/actions/post-to-order.ts';
import { Button } from '#components/ui/form/button.tsx';

/**
 * Cancels an order. Without JavaScript it is a form with one button. With JavaScript it asks first, in
 * a dialog, and stays on the page. Cancelling twice has the same effect as once, so a retry is always
 * safe.
 */
export function CancelOrder({
  id,
  number,
  money,
  refresh,
}: {
  id: string;
  number: string;
  /** What happens to the money, as a sentence. */
  money: string;
  /** Reads the page's view again from the server. */
  refresh: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const running = useRef(false);
  const [state, setState] = useState<'asking' | 'cancelling' | Exclude<PostAnswer, 'done'>>('asking');
  const action = `/api/orders/${id}/cancel`;

  function ask(event: FormEvent) {
    event.preventDefault();
    setState('asking');
    dialog.current?.showModal();
  }

  async function cancel(event: FormEvent) {
    event.preventDefault();
    if (running.current) return;
    running.current = true;
    setState('cancelling');
    const answer = await postToOrder(action);
    running.current = false;
    if (answer !== 'done') return setState(answer);
    dialog.current?.close();
    // The order is cancelled, or can't be cancelled any more. The rendered page shows which.
    refresh();
  }

  return (
    <>
      <form method="post" action={action} onSubmit={ask}>
        <Button variant="secondary">Cancel this order</Button>
      </form>
      <dialog
        ref={dialog}
        aria-labelledby="cancel-title"
        // During the request there is nothing left to decide, so Escape waits for the answer, too.
        onCancel={(event) => running.current && event.preventDefault()}
        className="m-auto w-[min(30rem,calc(100vw-2.5rem))] rounded-lg border border-line bg-raised p-6 text-ink shadow-raised backdrop:bg-[rgb(0_0_0/0.55)]"
      >
        <form onSubmit={cancel} className="grid gap-4">
          <h2 id="cancel-title" className="text-xl">
            Cancel order <span className="whitespace-nowrap">{number}</span>?
          </h2>
          <p className="text-muted">
            Nothing will be sent. {money} If you want these items later, you need to order them again.
          </p>
          <p role="status" className="font-medium text-bad empty:absolute">
            {state === 'asking' || state === 'cancelling' ? null : cancelSentences[state]}
          </p>
          <div className="flex flex-wrap gap-3">
            <Button
              type="button"
              variant="secondary"
              disabled={state === 'cancelling'}
              onClick={() => dialog.current?.close()}
            >
              Keep my order
            </Button>
            <Button variant="danger" aria-disabled={state === 'cancelling' || undefined}>
              {state === 'cancelling' ? 'Cancelling' : 'Yes, cancel it'}
            </Button>
          </div>
        </form>
      </dialog>
    </>
  );
}
