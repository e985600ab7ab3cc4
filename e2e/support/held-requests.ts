import type { Page } from '@playwright/test';

/**
 * Holds a page's requests until the returned function is called. Each then continues to its destination
 * or to another route.
 */
export async function holdRequests(page: Page, url: string): Promise<() => void> {
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
  await page.route(url, async (route) => {
    await held;
    // A page that has navigated away no longer needs its requests.
    await route.fallback().catch(() => undefined);
  });
  return letGo;
}
