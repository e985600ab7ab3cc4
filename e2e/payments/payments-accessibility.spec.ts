import { expectNothingFound } from '../support/axe.ts';
import { expect, test } from '../support/test.ts';

for (const { colorScheme, device, viewport } of [
  { colorScheme: 'light', device: 'a phone', viewport: { width: 390, height: 844 } },
  { colorScheme: 'dark', device: 'a desktop', viewport: { width: 1280, height: 900 } },
] as const) {
  test.describe(`in ${colorScheme} colours on ${device}`, () => {
    test.use({ colorScheme, viewport });

    test('axe finds no violations on the pages of a payment', async ({ page, shop }) => {
      await shop.readyToOrder({ card: 'pm_card_chargeDeclined' });
      await shop.placeOrder.click();
      await expect(page.getByText('The card was declined.')).toBeVisible();
      await expectNothingFound(page);
      await shop.chooseCard('pm_card_authenticationRequired');
      await page.getByRole('button', { name: /^Pay \$/ }).click();
      await expect(page.getByRole('link', { name: 'Confirm with your bank' })).toBeVisible();
      await page.getByText('Pay with another card instead').click();
      await expectNothingFound(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
        viewport.width,
      );
    });
  });
}
