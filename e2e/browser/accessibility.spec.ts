import { expectNothingFound } from '../support/axe.ts';
import { holdRequests } from '../support/held-requests.ts';
import type { Shop } from '../support/shop.ts';
import { expect, type Page, test } from '../support/test.ts';

interface Visit {
  page: Page;
  shop: Shop;
  /** Checks the page in its present state. */
  check: (state: string) => Promise<void>;
}

/** Every page and state that is checked, by the journey that reaches it. */
const journeys: Record<string, (visit: Visit) => Promise<void>> = {
  async 'in the catalogue and on the empty pages'({ page, shop, check }) {
    const [wanted] = await shop.goods();
    for (const path of [
      '/',
      '/category/kitchen',
      '/search?query=steel',
      '/search?query=nothing-like-it',
      `/search?query=${'W'.repeat(80)}`,
      `/product/${wanted?.slug}`,
      '/cart',
      '/checkout',
      '/orders',
      '/there-is-no-such-page',
    ]) {
      await page.goto(path);
      await check(path);
    }
  },

  async 'from the cart to the cancelled order'({ page, shop, check }) {
    await shop.fillCart({ count: 3 });
    await page.goto('/cart');
    await check('a cart');

    await shop.openCheckout();
    await check('a checkout');
    await shop.placeOrder.click();
    await expect(page.getByRole('group', { name: 'Please check these details' })).toBeFocused();
    await check('a checkout with errors');

    await shop.fillForm();
    const letGo = await holdRequests(page, '**/api/orders');
    await shop.placeOrder.click();
    await expect(shop.submitButton).toHaveText('Sending your order…');
    await check('a complete checkout that is being sent');
    letGo();

    await shop.expectOneOrderShown();
    await check('an order');
    await page.getByRole('button', { name: 'Cancel this order' }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await check('the confirmation of a cancellation');
    await page.getByRole('button', { name: 'Yes, cancel it' }).click();
    await expect(page.getByText('This order is cancelled.')).toBeVisible();
    await check('a cancelled order');
    await page.goto('/orders');
    await check('the list of orders');
    await page.goto('/checkout');
    await check('the checkout after an order');
  },

  async 'during a payment'({ page, shop, check }) {
    await shop.readyToOrder({ card: 'pm_card_chargeDeclined' });
    await check('a complete checkout with a card');
    await shop.placeOrder.click();
    await expect(page.getByText('The card was declined.')).toBeVisible();
    await check('a declined card');
    await shop.chooseCard('pm_card_authenticationRequired');
    await page.getByRole('button', { name: /^Pay \$/ }).click();
    await expect(page.getByRole('link', { name: 'Confirm with your bank' })).toBeVisible();
    await page.getByText('Pay with another card instead').click();
    await check('a payment that waits for the bank');
  },
};

// Contrast depends on the colours and not on the width; structure depends on the width and not on the
// colours. So two of the four combinations cover everything.
for (const { colorScheme, device, viewport } of [
  { colorScheme: 'light', device: 'a phone', viewport: { width: 390, height: 844 } },
  { colorScheme: 'dark', device: 'a desktop', viewport: { width: 1280, height: 900 } },
] as const) {
  test.describe(`in ${colorScheme} colours on ${device}`, () => {
    test.use({ colorScheme, viewport });
    // Each test checks up to nine states, one after another.
    test.slow();

    for (const [journey, follow] of Object.entries(journeys)) {
      test(`axe finds no violations and nothing is too wide ${journey}`, async ({ page, shop }) => {
        const check = (state: string) =>
          test.step(state, async () => {
            await expectNothingFound(page);
            const width = await page.evaluate(() => document.documentElement.scrollWidth);
            expect(width).toBeLessThanOrEqual(viewport.width);
          });
        await follow({ page, shop, check });
      });
    }
  });
}
