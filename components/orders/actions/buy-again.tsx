import { Button } from '#components/ui/form/button.tsx';

/** Puts the items of an order into the cart: a form with one button. It orders nothing. */
export function BuyAgain({
  orderId,
  label,
  cancelFirst,
  primary,
}: {
  orderId: string;
  /** Names the order for screen readers where a page has several. */
  label?: string;
  /** The order still waits for its payment. The form cancels it first, so that its items are not held twice. */
  cancelFirst?: boolean;
  /** Whether this is the page's main action. */
  primary?: boolean;
}) {
  return (
    <form method="post" action={cancelFirst ? '/checkout/put-back' : '/cart/again'} className="print:hidden">
      <input type="hidden" name="order" value={orderId} />
      <Button
        variant={primary ? 'primary' : 'secondary'}
        className="py-2"
        aria-label={label && `Buy again: ${label}`}
      >
        {cancelFirst ? 'Cancel and return to cart' : 'Buy again'}
      </Button>
    </form>
  );
}
