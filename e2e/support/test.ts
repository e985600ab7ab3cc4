import { test as base, type ConsoleMessage, expect, type Page } from '@playwright/test';
import { Shop } from './shop.ts';

/** The browser logs error responses that a test provokes on purpose. They are not errors of the page. */
const isNetworkNews = (message: ConsoleMessage) => /^Failed to load resource/.test(message.text());

/** Every test gets a shop with its own shopper, and fails when a page logs an error to the console. */
export const test = base.extend<{ shop: Shop; quietConsole: undefined }>({
  shop: async ({ page }, use) => {
    await use(new Shop(page));
  },
  quietConsole: [
    async ({ context }, use) => {
      const complaints: string[] = [];
      context.on('console', (message) => {
        if (message.type() === 'error' && !isNetworkNews(message)) complaints.push(message.text());
      });
      context.on('weberror', (error) => complaints.push(String(error.error())));
      await use(undefined);
      expect(complaints, 'what the pages complained of in the console').toEqual([]);
    },
    { auto: true },
  ],
});

export { expect, type Page };
