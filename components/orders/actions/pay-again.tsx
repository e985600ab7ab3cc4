'use client';

import { type FormEvent, useEffect, useRef, useState, useTransition } from 'react';
import { ChallengeStatus } from '#components/challenge/challenge-status.tsx';
import { paymentSentences, postToOrder } from '#components/orders/actions/post-to-order.ts';
import { orderNewsId } from '#components/orders/status/order-news.ts';
import type { CardAmount, CardEntry } from '#components/payment/card-entry.ts';
import { CardFields } from '#components/payment/card-fields.tsx';
import { useCardToken } from '#components/payment/use-card-token.ts';
import { Button } from '#components/ui/form/button.tsx';
import { enterMovesOn } from '#components/ui/form/enter-moves-on.ts';
import { Icon } from '#components/ui/icon.tsx';
import { ring } from '#components/ui/icon-paths.ts';
import { formatMoney } from '#lib/platform/money.ts';

/**
 * Pays an order with another card. The form carries the number of the attempt, so sending it twice
 * makes one charge. Without JavaScript the browser posts it and is redirected to this page.
 */
export function PayAgain({
  id,
  attempt,
  entry,
  amount,
  refresh,
}: {
  id: string;
  attempt: number;
  entry: CardEntry;
  amount: CardAmount;
  /** Reads the page's view again from the server, and resolves when the page shows it. */
  refresh: () => Promise<void>;
}) {
  const card = useCardToken();
  const button = useRef<HTMLButtonElement>(null);
  const running = useRef(false);
  const [paying, setPaying] = useState(false);
  const [refreshing, startRefresh] = useTransition();
  const [problem, setProblem] = useState<string>();
  const action = `/api/orders/${id}/payments`;
  const locked = paying || refreshing;

  useEffect(() => {
    // The focused choice can't keep the focus while the form is locked.
    if (locked) button.current?.focus({ preventScroll: true });
  }, [locked]);

  const tried = useRef(attempt);
  useEffect(() => {
    if (tried.current === attempt) return;
    tried.current = attempt;
    document.getElementById(orderNewsId)?.focus();
  }, [attempt]);

  async function pay(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (running.current || refreshing) return;
    running.current = true;
    setPaying(true);
    setProblem(undefined);
    setProblem(await send(String(new FormData(event.currentTarget).get('token') ?? '')));
    running.current = false;
    setPaying(false);
  }

  /** Returns an error sentence. If there is none, the page renders again and shows the outcome. */
  async function send(chosen: string): Promise<string | undefined> {
    const asked = await card.ask();
    if (asked && 'problem' in asked) return asked.problem;
    const answer = await postToOrder(action, { attempt, method: 'card', token: asked?.token ?? chosen });
    if (answer !== 'done') return paymentSentences[answer];
    startRefresh(refresh);
    return undefined;
  }

  return (
    <form method="post" action={action} onSubmit={pay} onKeyDown={enterMovesOn} className="grid gap-4">
      <input type="hidden" name="attempt" value={attempt} autoComplete="off" />
      <input type="hidden" name="method" value="card" />
      <div inert={locked} className="transition-opacity inert:opacity-60">
        <CardFields
          ref={card.element}
          entry={entry}
          amount={amount}
          name="token"
          withoutScript="Switch it on and load this page again."
        />
      </div>
      <Button ref={button} size="lg" block aria-disabled={locked || undefined} className="py-2">
        {locked ? <Icon path={ring} className="size-5 shrink-0 motion-safe:animate-spin" /> : null}
        {locked ? 'Paying, please wait' : `Pay ${formatMoney(amount.amountMinor, amount.currency)}`}
      </Button>
      <ChallengeStatus />
      {/* Always rendered, so that screen readers announce its changes. */}
      <div role="status" className="empty:absolute">
        {locked ? <span className="sr-only">Paying, please wait</span> : null}
        {problem ? <p className="font-medium text-bad">{problem}</p> : null}
      </div>
    </form>
  );
}
