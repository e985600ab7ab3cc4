import type { Page } from '@playwright/test';

/**
 * Stripe's browser side, as far as the shop uses it, served in its place: there is no network here.
 * Like the real one it puts a frame of its own origin into the page and asks its API for the payment
 * method, so that the page's content policy is put to the test as well.
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

/** What the fake provider's next answers about the card are: an id that it is charged by, or why not. */
export type FakeCard = { paymentMethod: { id: string } } | { error: { message: string } };

/** Serves the fake to this page. Gives the count of payment methods that it was asked for. */
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
