import { Button } from '#components/ui/button.tsx';

/** Puts the items of an order that came to nothing into the cart again: a form of one button. */
export function PutBack({ orderId, cancelFirst }: { orderId: string; cancelFirst?: boolean }) {
  return (
    <form method="post" action="/checkout/put-back">
      <input type="hidden" name="order" value={orderId} />
      <Button variant="secondary" className="py-2">
        {cancelFirst
          ? 'Cancel it and put the items back into your cart'
          : 'Put the items back into your cart'}
      </Button>
    </form>
  );
}
