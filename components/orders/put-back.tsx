import { Button } from '#components/ui/button.tsx';

/** Puts the items of an order that came to nothing into the cart again: a form of one button. */
export function PutBack({
  orderId,
  cancelFirst,
  primary,
}: {
  orderId: string;
  /** The order still waits for its payment, and ends by this. */
  cancelFirst?: boolean;
  /** It is what the page wants done. */
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
