import type { ReactNode } from 'react';
import { isConfirmation } from '#components/orders/is-confirmation.ts';
import type { ShownOrderView } from '#components/orders/order-view.ts';
import { cn } from '#components/ui/cn.ts';
import { methodName } from '#lib/shipping/method-label.ts';

/** Where an order goes, how, when, and how it is paid. */
export function OrderDetails({ view }: { view: ShownOrderView }) {
  const { order, address, shippingLabel, arrival } = view;
  const invoice = order.payments.some(({ method }) => method === 'invoice');
  return (
    <dl className="grid gap-6 sm:grid-cols-2 print:grid-cols-2 print:gap-4">
      <Detail label="Delivery address">
        <address className="whitespace-pre-line not-italic">{address.join('\n')}</address>
      </Detail>
      <Detail label="Delivery method">{arrival ? methodName(shippingLabel) : shippingLabel}</Detail>
      {/* On the screen the progress says it, which is not printed. */}
      {arrival && !isConfirmation(view) ? (
        <Detail label="Estimated delivery" className="hidden print:block">
          {arrival}
        </Detail>
      ) : null}
      <Detail label="Payment">{invoice ? 'Invoice' : 'Card'}</Detail>
      <Detail label="Email">{order.email}</Detail>
    </dl>
  );
}

function Detail({ label, className, children }: { label: string; className?: string; children: ReactNode }) {
  return (
    <div className={cn('min-w-0', className)}>
      <dt className="text-sm text-muted">{label}</dt>
      <dd className="mt-1 break-words">{children}</dd>
    </div>
  );
}
