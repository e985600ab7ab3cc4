import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from '@playwright/test';
import { address } from '#proof/harness/shopper/shopper.ts';

/** What a phone needed for one page of a purchase, and for the presses on it. */
export interface Visit {
  /** Milliseconds from the start of the navigation. */
  fcp?: number;
  lcp?: number;
  /** The sum of all shifts that no input caused. */
  cls: number;
  /** Milliseconds from a press until the browser painted its effect: the slowest press on this page. */
  inp?: number;
  /** What came from the network, not from the browser's cache. */
  bytes: number;
  requests: number;
}

/** The pages of a purchase: the first segments of their paths, which both shops share. */
export const pages = ['home', 'category', 'product', 'cart', 'checkout', 'orders'] as const;
export type PageName = (typeof pages)[number];
export type Visits = Record<PageName, Visit>;

/** Lighthouse's phone. Loaded when it is needed: that takes seconds, and the command refuses wrong arguments first. */
async function slowPhone() {
  const { defaultConfig } = await import('lighthouse');
  const { screenEmulation: screen, throttling } = defaultConfig.settings ?? {};
  const viewport = { width: screen?.width ?? 0, height: screen?.height ?? 0 };
  return { screen: { viewport, deviceScaleFactor: screen?.deviceScaleFactor }, throttling };
}
type Throttling = Awaited<ReturnType<typeof slowPhone>>['throttling'];

/** After a page has loaded or a press was answered: late shifts and calls of its script count, too. */
const settleMs = 2_000;

/** Reports what the browser itself measures. Runs in each page before its scripts. */
function observe(): void {
  const { report } = window as unknown as { report: (path: string, kind: string, value: number) => void };
  type Entry = PerformanceEntry & { hadRecentInput: boolean; value: number; interactionId: number };
  const watch = (type: string, kind: string, read: (entry: Entry) => number | undefined) =>
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as Entry[]) {
        const value = read(entry);
        if (value !== undefined) report(location.pathname, kind, value);
      }
    }).observe({ type, buffered: true, durationThreshold: 16 } as PerformanceObserverInit);
  watch('paint', 'fcp', ({ name, startTime }) => (name.endsWith('contentful-paint') ? startTime : undefined));
  watch('largest-contentful-paint', 'lcp', ({ startTime }) => startTime);
  watch('layout-shift', 'cls', ({ hadRecentInput, value }) => (hadRecentInput ? undefined : value));
  watch('event', 'inp', ({ interactionId, duration }) => (interactionId ? duration : undefined));
}

/**
 * Buys the first product of the shop, from the home page to the order's page. Each page has what the pages before
 * it left in the browser's cache. `onPage` is called when a page has settled, before a press on its button.
 */
export async function buy(
  browser: Browser,
  origin: string,
  onPage: (name: PageName, page: Page) => Promise<void>,
): Promise<Visits> {
  const { screen, throttling } = await slowPhone();
  const context = await browser.newContext({ ...screen, isMobile: true, hasTouch: true });
  context.setDefaultTimeout(120_000);
  const visits = Object.fromEntries(pages.map((name) => [name, { cls: 0, bytes: 0, requests: 0 }])) as Visits;
  const visitOf = (path: string): Visit | undefined => visits[(path.split('/')[1] || 'home') as PageName];
  await context.exposeFunction(
    'report',
    (path: string, kind: 'fcp' | 'lcp' | 'cls' | 'inp', value: number) => {
      const visit = visitOf(path);
      if (!visit) return;
      if (kind === 'cls') visit.cls += value;
      else if (kind === 'inp') visit.inp = Math.max(visit.inp ?? 0, value);
      else visit[kind] = value;
    },
  );
  await context.addInitScript(observe);
  const page = await context.newPage();
  await slowDown(page, throttling, (document) => visitOf(new URL(document).pathname));

  const { products } = await (await context.request.get(`${origin}/api/products`)).json();
  const open = async (name: PageName, path: string) => {
    await page.goto(origin + path, { waitUntil: 'load' });
    await sleep(settleMs);
    await onPage(name, page);
  };
  const press = (name: RegExp) => page.getByRole('button', { name }).first().tap();
  await open('home', '/');
  await open('category', `/category/${products[0].category}`);
  await open('product', `/product/${products[0].slug}`);
  await press(/^add to cart/i);
  await sleep(settleMs);
  await open('cart', '/cart');
  await open('checkout', '/checkout');
  await fillForm(page);
  await press(/^(place order|pay) /i);
  await page.waitForURL(/\/orders\/[0-9a-f-]{36}/, { waitUntil: 'load' });
  await sleep(settleMs);
  await onPage('orders', page);
  await context.close();
  return visits;
}

/** Throttles the page, and adds what it loads to the visit of its document. */
async function slowDown(
  page: Page,
  throttling: Throttling,
  visitOf: (document: string) => Visit | undefined,
): Promise<void> {
  const bytesPerSecond = (kbps = 0) => (kbps * 1024) / 8;
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: throttling?.requestLatencyMs ?? 0,
    downloadThroughput: bytesPerSecond(throttling?.downloadThroughputKbps),
    uploadThroughput: bytesPerSecond(throttling?.uploadThroughputKbps),
  });
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: throttling?.cpuSlowdownMultiplier ?? 1 });
  const loading = new Map<string, Visit>();
  devtools.on('Network.requestWillBeSent', ({ requestId, documentURL }) => {
    const visit = visitOf(documentURL);
    if (visit) loading.set(requestId, visit);
  });
  devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const visit = loading.get(requestId);
    // Nothing came from the network: the cache has answered.
    if (!visit || encodedDataLength === 0) return;
    visit.requests += 1;
    visit.bytes += encodedDataLength;
  });
}

async function fillForm(page: Page): Promise<void> {
  await page.locator('[name="email"]').fill('ada@example.com');
  for (const field of ['name', 'line1', 'city', 'region', 'postalCode'] as const)
    await page.locator(`[name="shippingAddress.${field}"]`).fill(address[field]);
  await page.locator('[name="payment.method"][value="invoice"]').check();
}
