import { PayAgain } from '#components/orders/actions/pay-again.tsx';
import { LocalClock } from '#components/orders/status/local-clock.tsx';
import { orderMark } from '#components/orders/status/order-mark.ts';
import { atTheBank, type OrderFacts, orderNews, orderNewsId } from '#components/orders/status/order-news.ts';
import { OrderWatch } from '#components/orders/status/order-watch.tsx';
import { StatusBadge } from '#components/orders/status/status-badge.tsx';
import { statusWords } from '#components/orders/status/status-words.ts';
import type { CardEntry } from '#components/payment/card-entry.ts';
import { Card } from '#components/ui/card.tsx';
import { ButtonLink } from '#components/ui/form/button.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import { isDisputed } from '#lib/orders/money/money-sentences.ts';
import type { OrderView } from '#lib/orders/schema.ts';

interface Props {
  order: OrderView;
  facts: OrderFacts;
  /** How the page accepts a card; undefined if it accepts none. */
  cardEntry: CardEntry | undefined;
  /** Reads the page's view again from the server. */
  refresh: () => Promise<void>;
}

/** The order's status, its reason, and what its owner can do about it. */
export function OrderStatus({ order, facts, cardEntry, refresh }: Props) {
  const { id, status, version } = order;
  const unsettled = status === 'payment_pending' || status === 'payment_unknown';
  // A charge may still arrive for an order that ended because it was not paid in time.
  const isFinal = statusWords(status).final && facts.endedBy !== 'hold' && order.refundRequestedMinor === 0;
  return (
    <Card className="grid gap-5 print:border-0 print:p-0">
      {/* Screen readers announce it when it changes while the page is open. */}
      <div id={orderNewsId} role="status" tabIndex={-1}>
        {/* A new version is announced again even with the same words: another card was declined, too. */}
        <div key={version} className="grid justify-items-start gap-2">
          <StatusBadge status={status} disputed={isDisputed(facts)} />
          {orderNews(order, facts).map((sentence, index) => (
            <p key={sentence} className={index === 0 ? 'text-lg' : 'text-muted'}>
              {sentence}
            </p>
          ))}
        </div>
      </div>
      <div className="grid gap-5 empty:hidden print:hidden">
        <Bank order={order} />
        <AnotherCard order={order} cardEntry={cardEntry} refresh={refresh} />
        {unsettled ? <LookAgain id={id} /> : null}
      </div>
      {isFinal ? null : (
        <OrderWatch id={id} mark={orderMark(order)} unsettled={unsettled} refresh={refresh} />
      )}
    </Card>
  );
}

/** The link to the bank, and what to know before going there. */
function Bank({ order }: { order: OrderView }) {
  const address = atTheBank(order);
  if (!address) return null;
  return (
    <div className="grid gap-4">
      <ButtonLink href={address} size="lg" block>
        Confirm with your bank
      </ButtonLink>
      <p className="text-muted">
        Your bank sends you back to this page. If you close its page half-way, this one still shows what
        became of your payment. <Kept order={order} />
      </p>
    </div>
  );
}

function AnotherCard({ order, cardEntry, refresh }: Pick<Props, 'order' | 'cardEntry' | 'refresh'>) {
  const { id, status, payable, totalMinor: amountMinor, currency } = order;
  if (!payable || !cardEntry) {
    return status === 'payment_declined' ? (
      <p>
        You can’t try another card for this order. <Kept order={order} /> If you still want them, please
        cancel it and order again.
      </p>
    ) : null;
  }
  const form = (
    <PayAgain
      id={id}
      attempt={payable.attempt}
      entry={cardEntry}
      amount={{ amountMinor, currency }}
      refresh={refresh}
    />
  );
  if (status === 'payment_declined') {
    return (
      <section aria-labelledby="pay-title" className="grid gap-4 border-t border-line pt-5">
        <h2 id="pay-title" className="text-xl">
          Pay with another card
        </h2>
        <p className="text-muted">
          <Kept order={order} /> You need not order again.
        </p>
        {form}
      </section>
    );
  }
  return (
    <details className="border-t border-line pt-2">
      <summary className="flex min-h-11 items-center font-medium text-accent underline underline-offset-4">
        Pay with another card instead
      </summary>
      <div className="mt-3">{form}</div>
    </details>
  );
}

/** Until when the items are held for this order. */
function Kept({ order: { holdUntil } }: { order: OrderView }) {
  if (!holdUntil) return null;
  return (
    <>
      Your items are kept for you until <LocalClock iso={holdUntil} />.
    </>
  );
}

/** With JavaScript the page updates automatically. */
function LookAgain({ id }: { id: string }) {
  return (
    <noscript>
      <p>
        <TextLink href={`/orders/${id}`}>Look again</TextLink> in a moment.
      </p>
    </noscript>
  );
}
