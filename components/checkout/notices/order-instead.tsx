'use client';

import { type ReactNode, useEffect } from 'react';
import { type ShownOrder, wordsFor } from '#components/checkout/notices/order-instead-words.ts';
import { BuyAgain } from '#components/orders/actions/buy-again.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { ButtonLink } from '#components/ui/form/button.tsx';

/**
 * Replaces a form whose cart has become an order: after the Back button, in a second tab, or on the way
 * back from the bank. Shows the order's status and the possible actions.
 */
export function OrderInstead({ order }: { order: ShownOrder }) {
  const { title, text, act } = wordsFor(order);
  // After Back, a browser scrolls to where the long form was read, and this message would be above the screen.
  useEffect(() => window.scrollTo(0, 0), []);
  return (
    <EmptyState headingLevel="h1" title={title} actions={<Actions order={order} act={act} />}>
      <p>{text}</p>
    </EmptyState>
  );
}

function Actions({ order: { id }, act }: { order: ShownOrder; act: ReturnType<typeof wordsFor>['act'] }) {
  if (act === 'buy_again') {
    return (
      <>
        <BuyAgain orderId={id} primary />
        <ToOrder id={id} variant="secondary">
          See that order
        </ToOrder>
        <ToShop />
      </>
    );
  }
  return (
    <>
      <ToOrder id={id}>{act === 'pay' ? 'Pay for this order' : 'See your order'}</ToOrder>
      {act === 'pay' ? <BuyAgain orderId={id} cancelFirst /> : null}
      <ButtonLink
        href="/orders"
        {...(act === 'pay' ? ({ variant: 'quiet', size: 'inline' } as const) : { variant: 'secondary' })}
      >
        All your orders
      </ButtonLink>
      <ToShop />
    </>
  );
}

function ToOrder({ id, variant, children }: { id: string; variant?: 'secondary'; children: ReactNode }) {
  return (
    <ButtonLink href={`/orders/${id}`} variant={variant}>
      {children}
    </ButtonLink>
  );
}

function ToShop() {
  return (
    <ButtonLink href="/" variant="quiet" size="inline">
      Continue shopping
    </ButtonLink>
  );
}
