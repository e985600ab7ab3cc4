import { Container } from '#components/ui/container.tsx';
import { TextLink } from '#components/ui/text-link.tsx';

/** What a shopper wants to know before paying. The catalogue's footer says more. */
export function CheckoutFooter() {
  return (
    <footer className="mt-16 border-t border-line text-sm text-muted sm:mt-20">
      <Container className="flex flex-wrap items-center justify-between gap-x-8 gap-y-2 py-6">
        <p>Returns: thirty days to change your mind, used or not.</p>
        <TextLink href="/cart" className="inline-flex min-h-11 items-center">
          Back to your cart
        </TextLink>
      </Container>
    </footer>
  );
}
