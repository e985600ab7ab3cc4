import { OrderElsewhere } from '#components/orders/link/order-elsewhere.tsx';

/** Not found, or not this browser's: the page does not tell which. */
export function OrderNotFound() {
  return (
    <OrderElsewhere title="We can’t show this order in this browser">
      <p>
        For your privacy, an order opens only in the browser in which it was placed, or with the link in our
        emails about it. The address may also be incomplete, or the link may have expired: then ask for a new
        one here.
      </p>
    </OrderElsewhere>
  );
}
