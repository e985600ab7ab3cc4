import { buyAgainForm } from '#app/(shop)/cart/buy-again-form.ts';

/** Cancels an order that waits for its payment, and puts its items into the cart. */
export const POST = buyAgainForm({ cancelsFirst: true });
