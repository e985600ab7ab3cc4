import type { ShownOrderView } from '#components/orders/order-view.ts';
import { isDisputed } from '#lib/orders/money/money-sentences.ts';

/** The next steps for an order that the shop is going to send. */
export function NextSteps({ view }: { view: ShownOrderView }) {
  const steps = stepsOf(view);
  if (steps.length === 0) return null;
  return (
    <section className="print:hidden">
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
            <span className="min-w-0 break-words">{step}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function stepsOf({ order, isRecent, facts }: ShownOrderView): string[] {
  const { status, payments, email } = order;
  if ((status !== 'placed' && status !== 'paid') || isDisputed(facts)) return [];
  return [
    ...(isRecent ? [`We send a confirmation to ${email}.`] : []),
    'We pack your items, hand them to the carrier, and email you when they are on their way.',
    ...(payments.some(({ method, status }) => method === 'invoice' && status === 'due')
      ? ['You pay the invoice that comes with it within 14 days of delivery.']
      : []),
  ];
}
