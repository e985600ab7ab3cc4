import { Button } from '#components/ui/form/button.tsx';
import { TextField } from '#components/ui/form/field.tsx';

/** Requests an email with the link to an order, with or without JavaScript. */
export function OrderLinkForm() {
  return (
    <section aria-labelledby="order-link-title" className="max-w-[32rem]">
      <p id="order-link-title" className="text-xl font-semibold">
        Find an order
      </p>
      <Fields />
    </section>
  );
}

/** The same, folded, for a page that shows orders already. */
export function FoldedOrderLinkForm() {
  return (
    <details className="max-w-[32rem]">
      <summary className="flex min-h-11 items-center font-medium text-accent underline underline-offset-4">
        Find an order from another browser
      </summary>
      <Fields />
    </details>
  );
}

function Fields() {
  return (
    <>
      <p className="mt-2 mb-4 text-muted">
        Ordered in another browser or on another device? Enter the order number and the email address that you
        ordered with. We send you a link that shows the order here.
      </p>
      <form method="post" action="/api/order-access" className="grid gap-4">
        <TextField
          name="number"
          label="Order number"
          hint="Like 7K3Q-F9M2-XDHT, in every email about the order."
          autoComplete="off"
          spellCheck={false}
          maxLength={100}
        />
        <TextField name="email" label="Email" type="email" autoComplete="email" maxLength={254} />
        <Button type="submit" variant="secondary" className="justify-self-start">
          Send me the link
        </Button>
      </form>
    </>
  );
}
