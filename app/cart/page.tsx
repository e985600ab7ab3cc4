import type { Metadata } from 'next';
import { editCartLine } from '#app/cart/actions.ts';
import { CartEditor } from '#components/cart/cart-editor.tsx';
import type { CartView } from '#components/cart/cart-state.ts';
import { Alert } from '#components/ui/alert.tsx';
import { ButtonLink } from '#components/ui/button.tsx';
import { Container } from '#components/ui/container.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { PageTitle } from '#components/ui/page-title.tsx';
import { getCart } from '#lib/cart/get-cart.ts';
import { maxLineQuantity } from '#lib/cart/schema.ts';
import { findVariants } from '#lib/catalogue/find-variants.ts';
import { currentShopper } from '#lib/next-session.ts';

export const metadata: Metadata = { title: 'Cart', robots: { index: false } };

/** The open cart with pictures and today's stock; undefined for someone who never had one. */
async function readCart(): Promise<CartView | undefined> {
  const userId = await currentShopper();
  if (!userId) return undefined;
  const { version, currency, lines } = await getCart({ userId });
  const variants = await findVariants(lines.map((line) => line.sku));
  return {
    version,
    currency,
    lines: lines.map((line) => {
      const { slug, image, available = 0 } = variants.get(line.sku) ?? {};
      return { ...line, slug, image, available };
    }),
  };
}

interface Props {
  searchParams: Promise<{ added?: string | string[] }>;
}

export default async function CartPage({ searchParams }: Props) {
  const [cart, { added }] = await Promise.all([readCart(), searchParams]);
  const addedLine = cart?.lines.find((line) => line.sku === added);
  return (
    <Container>
      <PageTitle>Your cart</PageTitle>
      {addedLine ? (
        <Alert tone="good" className="mb-6" title="Added to your cart">
          {addedLine.title}
        </Alert>
      ) : null}
      {cart ? (
        <CartEditor
          cart={cart}
          maxQuantity={maxLineQuantity}
          action={editCartLine}
          whenEmpty={<EmptyCart />}
        />
      ) : (
        <EmptyCart />
      )}
    </Container>
  );
}

function EmptyCart() {
  return (
    <EmptyState
      title="There is nothing in it yet"
      actions={
        <>
          <ButtonLink href="/">Look around the shop</ButtonLink>
          <ButtonLink href="/orders" prefetch={false} variant="secondary">
            Your orders
          </ButtonLink>
        </>
      }
    >
      <p>What you add stays here for you, in this browser, until you order it or take it out again.</p>
    </EmptyState>
  );
}
