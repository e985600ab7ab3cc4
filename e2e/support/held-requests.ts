import type { Page } from '@playwright/test';

/** Keeps a page's requests on their way until they are let go, each then going on to its end or to another route. */
export async function holdRequests(page: Page, url: string): Promise<() => void> {
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
  await page.route(url, async (route) => {
    await held;
    // A page that was left meanwhile does not want them any more.
    await route.fallback().catch(() => undefined);
  });
  return letGo;
}
