import { buyAgainForm } from '#app/(shop)/cart/buy-again-form.ts';

export const POST = buyAgainForm({ cancelsFirst: false });
