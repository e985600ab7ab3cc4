import { Button } from '#components/ui/form/button.tsx';

/** Puts the items of an unpaid order back into the cart: a form with one button. */
export function PutBack({
  orderId,
  cancelFirst,
  primary,
}: {
  orderId: string;
  /** The order still waits for its payment. The form cancels it first. */
  cancelFirst?: boolean;
  /** Whether this is the page's main action. */
  primary?: boolean;
}) {
  return (
    <form method="post" action="/checkout/put-back">
      <input type="hidden" name="order" value={orderId} />
      <Button variant={primary ? 'primary' : 'secondary'} className="py-2">
        {cancelFirst
          ? 'Cancel it and put the items back into your cart'
          : 'Put the items back into your cart'}
      </Button>
    </form>
  );
}
