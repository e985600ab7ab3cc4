import type { Page } from '@playwright/test';

/**
 * A fake of Stripe's browser script, as far as the shop uses it, because the tests have no network.
 * Like the real one it adds a frame from its own origin to the page and calls its API for the payment
 * method. So it also tests the page's content policy.
 */

const script = `
window.Stripe = (key) => ({
  _registerWrapper() {},
  elements(options) {
    window.fakeStripe = { key, options, updates: [] };
    return {
      create: () => {
        const listeners = {};
        let frame;
        return {
          on: (name, listener) => { listeners[name] = listener; },
          mount(into) {
            frame = document.createElement('iframe');
            frame.title = 'Card number';
            frame.src = 'https://js.stripe.com/fake-frame.html';
            frame.onload = () => listeners.ready?.();
            into.append(frame);
          },
          destroy: () => frame?.remove(),
        };
      },
      update: (changes) => window.fakeStripe.updates.push(changes),
      submit: async () => ({}),
    };
  },
  async createPaymentMethod() {
    const answer = await fetch('https://api.stripe.com/v1/payment_methods', { method: 'POST' });
    return answer.json();
  },
});
window.Stripe.version = 'endive';
`;

const frame = '<!doctype html><title>Card</title><label>Card number <input name="number"></label>';

/** The fake provider's next answers about the card: the id of a payment method, or an error. */
export type FakeCard = { paymentMethod: { id: string } } | { error: { message: string } };

/** Serves the fake to this page. Returns a function that gives the number of requested payment methods. */
export async function serveFakeStripe(page: Page, answers: FakeCard[]): Promise<() => number> {
  let asked = 0;
  await page.route('https://js.stripe.com/**', (route) => {
    const isFrame = route.request().url().endsWith('fake-frame.html');
    return route.fulfill(
      isFrame ? { contentType: 'text/html', body: frame } : { contentType: 'text/javascript', body: script },
    );
  });
  await page.route('https://api.stripe.com/v1/payment_methods', async (route) => {
    const answer = answers[Math.min(asked, answers.length - 1)];
    asked += 1;
    await route.fulfill({ json: answer, headers: { 'access-control-allow-origin': '*' } });
  });
  return () => asked;
}
