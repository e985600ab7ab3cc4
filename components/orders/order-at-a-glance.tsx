import { type OrderFacts, orderNews, owed } from '#components/orders/status/order-news.ts';
import { StatusBadge } from '#components/orders/status/status-badge.tsx';
import { statusWords } from '#components/orders/status/status-words.ts';
import { Card } from '#components/ui/card.tsx';
import { isDisputed } from '#lib/orders/money/money-sentences.ts';
import type { OrderView } from '#lib/orders/schema.ts';

/** An order's status for a visitor with its link, who can read the order but not change it. */
export function OrderAtAGlance({ order, facts }: { order: OrderView; facts: OrderFacts }) {
  return (
    <Card className="grid justify-items-start gap-2 print:border-0 print:p-0">
      <StatusBadge status={order.status} disputed={isDisputed(facts)} />
      {newsOf(order, facts).map((sentence, index) => (
        <p key={sentence} className={index === 0 ? 'text-lg' : 'text-muted'}>
          {sentence}
        </p>
      ))}
      {statusWords(order.status).final ? null : (
        <p className="text-muted">
          This link shows the order. To pay or to cancel it, open Orders in the browser in which you ordered.
        </p>
      )}
    </Card>
  );
}

const again = 'Load this page again to see what became of it.';

function newsOf(order: OrderView, facts: OrderFacts): string[] {
  // The owner's page updates automatically; this page doesn't, so it asks the visitor to reload.
  if (order.status === 'payment_unknown') return [statusWords(order.status).sentence, again, ...owed(facts)];
  if (order.status !== 'payment_pending') return orderNews(order, facts);
  const atBank = order.payments.at(-1)?.status === 'requires_action';
  return [
    atBank
      ? 'The bank asks for a confirmation of this payment. Nothing is charged before that.'
      : 'We have your order, and your payment is under way.',
    again,
    ...owed(facts),
  ];
}
