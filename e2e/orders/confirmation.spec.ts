import { expect, type Page, test } from '../support/test.ts';

const visa = 'pm_card_visa';
const declined = 'pm_card_chargeDeclined';

const heading = (page: Page) => page.getByRole('heading', { level: 1 });
const progress = (page: Page) => page.getByRole('list').filter({ hasText: 'Placed' });
const dates = /\w{3}, \w{3} \d{1,2} – \w{3}, \w{3} \d{1,2}/;

test('a paid order is confirmed: thanks by name, when it arrives, what happens next, and cancelling last', async ({
  page,
  shop,
}) => {
  await shop.readyToOrder({ card: visa });
  await shop.placeOrder.click();
  await shop.expectOneOrderShown();
  await expect(heading(page)).toHaveText('Thank you, Ada');
  const main = page.getByRole('main');
  await expect(main).toContainText('Your order is placed and paid.');
  // What broke: the heading and the progress both said it.
  await expect(main.getByText(dates).filter({ visible: true })).toHaveCount(1);
  await expect(main.getByText('Estimated delivery:')).toContainText(dates);
  await expect(main).toContainText('We send a confirmation to ada@example.com.');
  await expect(main.getByText('Payment', { exact: true }).locator('xpath=following-sibling::*')).toHaveText(
    'Card',
  );
  await expect(page.getByRole('button', { name: 'Buy again' })).toHaveCount(0);

  const steps = progress(page).getByRole('listitem');
  await expect(steps).toHaveText([/^Done: Placed, /, /^Done: Paid, /, /^Next: Packed and sent/]);
  await expect(steps.and(page.locator('[aria-current=step]'))).toHaveText(/Paid/);

  const cancel = page.getByRole('button', { name: 'Cancel this order' });
  const others = main.locator('a, button:not(dialog *)').filter({ visible: true });
  await expect(others.last()).toHaveText('Cancel this order');
  await expect(
    main.getByText(/^Possible until your parcel leaves us\. A refund of \$[\d.,]+ is requested/),
  ).toBeVisible();
  await expect(cancel).toBeVisible();
});

test('a recipient without a certain first name is thanked without one', async ({ page, shop }) => {
  await shop.fillCart();
  await shop.openCheckout();
  await shop.fillForm({ 'shippingAddress.name': 'Lovelace' }, visa);
  await shop.placeOrder.click();
  await shop.expectOneOrderShown();
  await expect(heading(page)).toHaveText('Thank you');
});

test('a declined order has one main action, its payment, and promises no delivery', async ({
  page,
  shop,
}) => {
  await shop.readyToOrder({ card: declined });
  await shop.placeOrder.click();
  await shop.expectOneOrderShown();
  await expect(heading(page)).toHaveText(/^Order /);
  const main = page.getByRole('main');
  await expect(main.getByRole('button', { name: /^Pay \$/ })).toHaveCSS(
    'background-color',
    'rgb(31, 63, 174)',
  );
  await expect(main.getByRole('link', { name: 'Continue shopping' })).not.toHaveCSS(
    'background-color',
    'rgb(31, 63, 174)',
  );
  await expect(main).not.toContainText(/Thank you|Estimated delivery/);
  await expect(progress(page).getByRole('listitem').nth(1)).toHaveText('Now: Payment declined');
});

test('an order prints on one page, without menus, buttons and colours', async ({ page, shop }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await shop.readyToOrder({ count: 3, card: visa });
  await shop.placeOrder.click();
  await shop.expectOneOrderShown();
  const [order] = await shop.orders();
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  const main = page.getByRole('main');
  for (const text of ['Once', order?.number, '12 St James Square', 'Total', 'Delivery address'])
    await expect(
      main
        .getByText(text ?? '')
        .filter({ visible: true })
        .first(),
    ).toBeVisible();
  await expect(main.getByRole('listitem').filter({ hasText: '1 ×', visible: true })).toHaveCount(3);
  await expect(
    page.locator('header, footer, nav, button, form, dialog, img').filter({ visible: true }),
  ).toHaveCount(0);
  await expect(page.locator('body')).toHaveCSS('color', 'rgb(0, 0, 0)');
  await expect(page.locator('html')).toHaveCSS('background-color', 'rgb(255, 255, 255)');
  await expect(main.getByText(dates).filter({ visible: true })).toHaveCount(1);
  const printed = (await page.pdf({ format: 'A4' })).toString('latin1');
  expect(printed.match(/\/Type\s*\/Page\b(?!s)/g)).toHaveLength(1);
});
