import { describe, expect, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import { callUrl } from '#proof/harness/shopper/call.ts';
import { shopperWith } from '#proof/harness/shopper/shopper.ts';
import { addProduct } from '#tests/support/shop/shop.ts';

/**
 * Pages of two processes that cache them, on one database. A category page is rendered again after 60
 * seconds and a product page after 15, so a change that shows sooner was noticed.
 */
export function describeCatalogueChanges(urls: readonly [string, string]): void {
  /** Waits until every process shows this text on the page. */
  async function everyProcessShows(path: string, text: string): Promise<void> {
    for (const url of urls) {
      const isShown = async () => (await (await fetch(url + path)).text()).includes(text);
      await expect.poll(isShown, { timeout: 10_000, interval: 50 }).toBe(true);
    }
  }

  describe('a change in the catalogue shows on cached pages of every process', () => {
    test('a title and a price, on the pages of the product and of its category', async () => {
      const sku = `CHANGES-${crypto.randomUUID()}`.toLowerCase();
      await addProduct(sku);
      // A category of its own: the products of other tests fill the first page of the usual one.
      await db().$executeRaw`
        INSERT INTO category (slug, title, description, position) VALUES (${sku}, ${sku}, 'For one test', 99)`;
      await db().$executeRaw`UPDATE product SET category_slug = ${sku} WHERE slug = ${sku}`;
      const pages = [`/product/${sku}`, `/category/${sku}`];
      for (const path of pages) await everyProcessShows(path, `Product ${sku}`);
      for (const version of [1, 2, 3]) {
        await db().$executeRaw`UPDATE product SET title = ${`Version ${version}`} WHERE slug = ${sku}`;
        await db().$executeRaw`UPDATE variant SET price_minor = ${7_770 + version}::int WHERE sku = ${sku}`;
        for (const path of pages) {
          await everyProcessShows(path, `Version ${version}`);
          await everyProcessShows(path, `77.7${version}`);
        }
      }
    });

    test('an order that takes the last unit, on the product’s page', async () => {
      const sku = `LAST-${crypto.randomUUID()}`.toLowerCase();
      await addProduct(sku, { available: 1 });
      await everyProcessShows(`/product/${sku}`, 'Only 1 left');
      const shopper = await shopperWith(callUrl(urls[0]), sku, 1);
      expect((await shopper.order(await shopper.body())).status).toBe(201);
      await everyProcessShows(`/product/${sku}`, 'Sold out');
    });

    test('a category’s title, in the menu of every page', async () => {
      const title = `Test ${crypto.randomUUID()}`;
      await db().$executeRaw`UPDATE category SET title = ${title} WHERE slug = 'test'`;
      await everyProcessShows('/', title);
    });
  });

  test('no client can make pages be rendered again', async () => {
    const path = '/api/catalogue/changes?tag=catalogue';
    const [given, unknown] = await Promise.all(
      [path, '/api/no-such-call'].map((address) =>
        fetch(urls[0] + address, {
          method: 'POST',
          headers: { 'x-once-internal-key': 'a-guess', 'x-request-id': 'the-same-id' },
        }),
      ),
    );
    expect([given?.status, await given?.text()]).toEqual([404, await unknown?.text()]);
  });
}
