import type { ReactNode } from 'react';
import { isConfirmation } from '#components/orders/is-confirmation.ts';
import type { ShownOrderView } from '#components/orders/order-view.ts';
import { Icon } from '#components/ui/icon.tsx';
import { check } from '#components/ui/icon-paths.ts';
import { PageTitle } from '#components/ui/page-title.tsx';
import { payingAttempt } from '#lib/orders/money/money-sentences.ts';

/**
 * The heading of an order. Soon after the purchase it confirms it: that the shop has the order, and whether it
 * is paid. Later it names the order.
 */
export function OrderHeading({ view }: { view: ShownOrderView }) {
  const { order, days } = view;
  const number = <span className="figures whitespace-nowrap">{order.number}</span>;
  const placed = <time dateTime={order.placedAt}>{days.placed}</time>;
  return (
    <>
      {/* Paper has no header. */}
      <p className="hidden text-xl font-semibold print:block">Once</p>
      {isConfirmation(view) ? (
        <Confirmation view={view}>
          Order {number}, placed on {placed}
        </Confirmation>
      ) : (
        <PageTitle lead={<>Placed on {placed}</>}>Order {number}</PageTitle>
      )}
    </>
  );
}

function Confirmation({
  view: { order, facts, firstName, arrival },
  children,
}: {
  view: ShownOrderView;
  children: ReactNode;
}) {
  // An amount that is only reserved is charged when the parcel leaves.
  const isPaid = order.status === 'paid' && !payingAttempt(facts)?.isReserved;
  // A bank may still refuse a payment that it is processing.
  const isCertain = order.status !== 'payment_processing';
  return (
    <PageTitle
      mark={isCertain ? <Icon path={check} className="size-12 text-good print:hidden" /> : null}
      lead={
        <>
          <p className="text-ink">
            Your order is placed{isPaid ? ' and paid' : ''}.
            {arrival ? (
              <>
                {' '}
                Estimated delivery: <strong className="font-semibold">{arrival}</strong>.
              </>
            ) : null}
          </p>
          <p className="mt-1 text-base">{children}</p>
        </>
      }
    >
      {firstName ? `Thank you, ${firstName}` : 'Thank you'}
    </PageTitle>
  );
}
