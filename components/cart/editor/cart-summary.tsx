import { type CartView, isShort, orderableSubtotalOf, subtotalOf } from '#components/cart/cart-state.ts';
import { freeDelivery } from '#components/site/delivery-words.ts';
import { Card } from '#components/ui/card.tsx';
import { Button, ButtonLink } from '#components/ui/form/button.tsx';
import { Price } from '#components/ui/price.tsx';
import { SummaryList, SummaryRow } from '#components/ui/summary-list.tsx';
import { formatMoney } from '#lib/platform/money.ts';
import type { DeliveryFacts } from '#lib/pricing/delivery-facts.ts';

/** The cart's cost before shipping, and the link to the checkout. */
export function CartSummary({ cart, delivery }: { cart: CartView; delivery: DeliveryFacts }) {
  const subtotalMinor = subtotalOf(cart);
  const short = cart.lines.some(isShort);
  return (
    <Card className="lg:sticky lg:top-6">
      <h2 className="sr-only">Summary</h2>
      <SummaryList>
        <SummaryRow label="Subtotal">
          <Price minor={subtotalMinor} currency={cart.currency} className="text-xl font-semibold" />
        </SummaryRow>
      </SummaryList>
      <p className="mt-3 text-muted">{shippingNote(orderableSubtotalOf(cart), delivery)}</p>
      {short ? (
        <>
          <Button type="button" size="lg" block disabled className="mt-5" aria-describedby="checkout-blocked">
            Check out
          </Button>
          <p id="checkout-blocked" className="mt-3 font-medium text-caution">
            There is not enough stock of an item in your cart. Change it to check out.
          </p>
        </>
      ) : (
        <ButtonLink href="/checkout" size="lg" block className="mt-5">
          Check out
        </ButtonLink>
      )}
      <p className="mt-4 text-sm text-muted">
        You see the whole total, tax and delivery included, before you order.
      </p>
    </Card>
  );
}

function shippingNote(subtotalMinor: number, delivery: DeliveryFacts): string | null {
  const free = freeDelivery(delivery);
  if (!free) return null;
  const missing = free.fromMinor - subtotalMinor;
  return missing > 0
    ? `${formatMoney(missing, delivery.currency)} more, and ${free.words} is free.`
    : `${free.words.charAt(0).toUpperCase()}${free.words.slice(1)} is free with this order.`;
}
