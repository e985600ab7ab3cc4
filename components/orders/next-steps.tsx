import type { OrderView } from '#lib/orders/schema.ts';

/** The next steps for an order that the shop is going to send. `shippingTime`: such as "3–5 working days". */
export function NextSteps({ order, shippingTime }: { order: OrderView; shippingTime: string }) {
  const steps = stepsOf(order, shippingTime);
  if (steps.length === 0) return null;
  return (
    <section>
      <h2 className="text-xl">What happens next</h2>
      <ol className="mt-3 grid gap-2">
        {steps.map((step, index) => (
          <li key={step} className="flex gap-3">
            <span
              aria-hidden
              className="figures grid size-6 shrink-0 place-items-center rounded-full bg-accent-soft text-sm font-semibold text-accent"
            >
              {index + 1}
            </span>
            <span>{step}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function stepsOf({ status, payments }: OrderView, shippingTime: string): string[] {
  if (status !== 'placed' && status !== 'paid') return [];
  return [
    'We pack your items and hand them to the carrier.',
    ...(shippingTime ? [`Your parcel arrives in ${shippingTime}.`] : []),
    ...(payments.some(({ method, status }) => method === 'invoice' && status === 'due')
      ? ['You pay the invoice that comes with it within 14 days of delivery.']
      : []),
  ];
}
