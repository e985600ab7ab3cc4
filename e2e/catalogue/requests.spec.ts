import { expect, test } from '../support/test.ts';

/**
 * On a slow phone, each request costs a round trip. A page may make this many when it is opened for the first
 * time: the document, its styles, its font, its scripts, and the pictures near the screen.
 */
const most = 20;

for (const { device, width, height } of [
  { device: 'a phone', width: 390, height: 844 },
  { device: 'a desktop', width: 1280, height: 900 },
]) {
  test.describe(`on ${device}`, () => {
    test.use({ viewport: { width, height } });

    for (const path of ['/', '/category/kitchen', '/product/stoneware-mug', '/cart', '/checkout']) {
      test(`${path} makes at most ${most} requests before anything is scrolled`, async ({
        browser,
        shop,
        baseURL,
      }) => {
        await shop.fillCart({ count: 2 });
        // Without anything in the browser's cache.
        const context = await browser.newContext({
          baseURL,
          viewport: { width, height },
          storageState: await shop.context.storageState(),
        });
        const page = await context.newPage();
        const requests: string[] = [];
        page.on('request', (request) => requests.push(request.url()));
        await page.goto(path, { waitUntil: 'networkidle' });
        await context.close();
        expect(requests.length, requests.join('\n')).toBeLessThanOrEqual(most);
        expect(requests.some((url) => url.includes('/_next/static/'))).toBe(true);
      });
    }

    for (const path of ['/', '/category/kitchen', '/product/stoneware-mug']) {
      test(`the large picture of ${path} is requested first and has its place from the start`, async ({
        page,
      }) => {
        await page.goto(path);
        const largest = await page.evaluate(() => {
          const pictures = [...document.querySelectorAll('main img')].filter((one) => one.checkVisibility());
          const area = (one: Element) =>
            one.getBoundingClientRect().width * one.getBoundingClientRect().height;
          const inView = pictures.filter((one) => one.getBoundingClientRect().top < window.innerHeight);
          const [first] = inView.toSorted((a, b) => area(b) - area(a));
          return ['loading', 'fetchpriority', 'width', 'height'].map(
            (name) => first?.getAttribute(name) ?? null,
          );
        });
        const [loading, priority, ...size] = largest;
        expect(loading).not.toBe('lazy');
        expect(priority).toBe('high');
        expect(size.every((side) => Number(side) > 0)).toBe(true);
      });
    }

    test('nothing moves while the home page and a product load', async ({ page }) => {
      for (const path of ['/', '/product/stoneware-mug']) {
        await page.goto(path, { waitUntil: 'networkidle' });
        expect(await page.evaluate(shiftOf), path).toBeLessThan(0.01);
      }
      // The same measurement sees something that moves.
      await page.evaluate(async () => {
        document
          .querySelector('main')
          ?.prepend(Object.assign(document.createElement('div'), { innerText: 'Late' }));
        for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
      });
      expect(await page.evaluate(shiftOf)).toBeGreaterThan(0);
    });
  });
}

/** The browser's entry for content that has moved. */
interface LayoutShift extends PerformanceEntry {
  value: number;
}

/** Runs in the page: how much of it has moved since it was opened, as the browser scores it. */
function shiftOf(): number {
  const observer = new PerformanceObserver(() => undefined);
  observer.observe({ type: 'layout-shift', buffered: true });
  return observer.takeRecords().reduce((sum, entry) => sum + (entry as LayoutShift).value, 0);
}
