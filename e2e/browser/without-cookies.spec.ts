import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BrowserContext, chromium } from '@playwright/test';
import { expect, test } from '../support/test.ts';

/** The full browser with all its settings, which may differ from the browser of the other tests. */
const wholeBrowser = '/usr/bin/chromium';

/** Starts a browser with all cookies blocked in its settings. */
async function withoutCookies(
  options: Parameters<typeof chromium.launchPersistentContext>[1],
  use: (context: BrowserContext) => Promise<void>,
): Promise<void> {
  const profile = await mkdtemp(path.join(tmpdir(), 'once-no-cookies-'));
  await mkdir(path.join(profile, 'Default'));
  const settings = { profile: { default_content_setting_values: { cookies: 2 } } };
  await writeFile(path.join(profile, 'Default', 'Preferences'), JSON.stringify(settings));
  const context = await chromium.launchPersistentContext(profile, {
    ...options,
    ...(existsSync(wholeBrowser)
      ? { executablePath: wholeBrowser }
      : { executablePath: undefined, channel: 'chromium' }),
  });
  try {
    await use(context);
  } finally {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  }
}

const blocked = 'Your browser blocks the cookie that the shop needs for your cart';

// What broke: the product page said "In your cart: 1", and the cart page said that it was empty.
test('where cookies are blocked, the product page and the cart say so before anything is added', async ({
  shop,
  baseURL,
  launchOptions,
}) => {
  const [wanted] = await shop.goods();
  await withoutCookies({ ...launchOptions, baseURL }, async (context) => {
    const page = await context.newPage();
    await page.goto(`/product/${wanted?.slug}`);
    await expect(page.getByRole('alert').filter({ hasText: blocked })).toBeVisible();
    await page.getByRole('button', { name: 'Add to cart' }).click();
    await expect(page.getByRole('alert').filter({ hasText: blocked })).toHaveCount(2);
    await expect(page.getByText('In your cart:')).toHaveCount(0);
    await page.goto('/cart');
    await expect(page.getByRole('alert').filter({ hasText: blocked })).toBeVisible();
  });
});

test('where cookies are blocked and JavaScript is off, the cart says so after the first addition', async ({
  shop,
  baseURL,
  launchOptions,
}) => {
  const [wanted] = await shop.goods();
  await withoutCookies({ ...launchOptions, baseURL, javaScriptEnabled: false }, async (context) => {
    const page = await context.newPage();
    await page.goto(`/product/${wanted?.slug}`);
    await page.getByRole('button', { name: 'Add to cart' }).click();
    await expect(page.getByRole('alert').filter({ hasText: blocked })).toBeVisible();
  });
});
