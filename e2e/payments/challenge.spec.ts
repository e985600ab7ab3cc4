import type { Shop } from '../support/shop.ts';
import { expectOneCharge } from '../support/simulator.ts';
import { expect, type Page, test } from '../support/test.ts';

/** After several declined cards the browser solves a challenge automatically, and the shopper pays. */

const declined = 'pm_card_chargeDeclined';
const news = (page: Page) => page.locator('#order-news');

/** Declines the session's first four cards. The next one then needs a challenge (see serve.ts). */
async function declineFour(page: Page, shop: Shop): Promise<string> {
  await shop.readyToOrder({ card: declined });
  await shop.placeOrder.click();
  const path = await shop.expectOneOrderShown();
  for (const attempt of [2, 3, 4]) {
    const answer = await page.request.post(`/api${path}/payments`, {
      data: { attempt, method: 'card', token: declined },
    });
    expect(answer.status()).toBe(402);
  }
  return path;
}

/** Records what the page says in its status lines, however briefly. */
async function keepWhatIsSaid(page: Page): Promise<() => Promise<string>> {
  await page.evaluate(() => {
    const said: string[] = [];
    Object.assign(window, { said });
    new MutationObserver(() => {
      for (const line of document.querySelectorAll('[role=status]')) said.push(line.textContent ?? '');
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  return () => page.evaluate(() => (window as unknown as { said: string[] }).said.join('\n'));
}

test('the order’s page solves the challenge in a worker, says so, and pays', async ({ page, shop }) => {
  const path = await declineFour(page, shop);
  await page.reload();
  await shop.chooseCard('pm_card_visa');
  let said = '';
  const saidSoFar = await keepWhatIsSaid(page);
  const worker = page.waitForEvent('worker');
  await page.route('**/payments', async (route) => {
    said = await saidSoFar();
    await route.continue();
  });
  await page.getByRole('button', { name: /^Pay \$/ }).click();
  await worker;
  await expect(news(page)).toContainText(/^Paid/);
  expect(said).toContain('we check first that a person is paying');
  await expectOneCharge(path, (await shop.orders())[0]?.totalMinor ?? 0);
});

test('the checkout solves the challenge, too, and makes one order', async ({ page, shop }) => {
  await declineFour(page, shop);
  // Other items: the same items again would need a confirmation.
  await shop.readyToOrder({ card: 'pm_card_visa', first: 3 });
  const worker = page.waitForEvent('worker');
  await shop.placeOrder.dblclick();
  await worker;
  await expect(news(page)).toContainText(/^Paid/);
  expect((await shop.orders()).map(({ status }) => status)).toEqual(['paid', 'payment_declined']);
});
