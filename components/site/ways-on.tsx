import { ButtonLink } from '#components/ui/form/button.tsx';

/** Links for a page with nothing to show: to the shop, and to this browser's orders. */
export function WaysOn({ shop = 'See what we have' }: { shop?: string }) {
  return (
    <>
      <ButtonLink href="/">{shop}</ButtonLink>
      <ButtonLink href="/orders" variant="secondary">
        Your orders
      </ButtonLink>
    </>
  );
}
