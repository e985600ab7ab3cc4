import { ButtonLink } from '#components/ui/button.tsx';

/** Where a page that has nothing to show leads: into the shop, and to the orders of this browser. */
export function WaysOn({ shop = 'See what we have' }: { shop?: string }) {
  return (
    <>
      <ButtonLink href="/">{shop}</ButtonLink>
      <ButtonLink href="/orders" prefetch={false} variant="secondary">
        Your orders
      </ButtonLink>
    </>
  );
}
