import { EmptyProblem } from '#components/checkout/empty-problem.tsx';
import { PendingOrder } from '#components/checkout/pending-order.tsx';
import { PlacedAlready } from '#components/checkout/placed-already.tsx';
import type { Problem } from '#components/checkout/submission-machine.ts';
import { ButtonLink } from '#components/ui/button.tsx';
import { Container } from '#components/ui/container.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import type { OrderSummary } from '#lib/orders/schema.ts';

/** An order this young is most likely the one that the shopper came back from. */
const justPlacedMs = 30 * 60_000;

interface EmptyCheckoutProps {
  latest: OrderSummary | undefined;
  /** Whether the shopper has come with the shop's cookie. */
  known: boolean;
  /** Why the last form was refused, if no order was placed since. */
  problem: Problem | undefined;
}

/** Refusals that are certain of two things: nothing was ordered, and the cart that it was of is gone. */
const ofLostCarts = ['session_required', 'cart_changed', 'cart_empty', 'token_invalid'];

/** A checkout with nothing to check out: after an order the order, else the way back to the shop. */
export function EmptyCheckout({ latest, known, problem }: EmptyCheckoutProps) {
  const recent = latest && isAlive(latest) && Date.now() - Date.parse(latest.placedAt) < justPlacedMs;
  const justPlaced = recent && !(problem && ofLostCarts.includes(problem.code));
  return (
    <Container>
      <PendingOrder />
      {problem && !justPlaced ? <EmptyProblem problem={problem} /> : null}
      {justPlaced ? (
        <PlacedAlready url={`/orders/${latest.id}`} number={latest.number} />
      ) : (
        <EmptyState
          headingLevel="h1"
          title="Your cart is empty"
          actions={
            <>
              <ButtonLink href="/">See what we have</ButtonLink>
              <ButtonLink href="/orders" prefetch={false} variant="secondary">
                Your orders
              </ButtonLink>
            </>
          }
        >
          <p>
            There is nothing to check out yet.{' '}
            {known
              ? 'What you put into the cart waits for you here.'
              : 'If you did put something in, your browser has not kept the cookie that the shop knows your cart by: allow cookies for this site and try again.'}
          </p>
        </EmptyState>
      )}
    </Container>
  );
}

const isAlive = ({ status }: OrderSummary): boolean => status !== 'cancelled' && status !== 'refunded';
