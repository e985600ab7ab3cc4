import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import { env } from '#lib/platform/env.ts';
import type { OpenShop } from '#tests/support/contract/doors/open-shop.ts';
import { exchange, requestText, statusesOf } from '#tests/support/contract/raw-http.ts';
import { whileLocked } from '#tests/support/faults/crash-steps.ts';
import { addProduct } from '#tests/support/shop/shop.ts';

/**
 * What the catalogue's pages answer to any client. `narrow` has one connection to the database for its pages,
 * names itself `narrow` there, and has a public address without TLS, `shop.example`.
 */
export function describeCatalogueDoors({ open, narrow }: Record<'open' | 'narrow', OpenShop>): void {
  const { url } = open;
  const random = () => crypto.randomUUID();

  describe('an address that does not exist', () => {
    const kinds: [string, () => string][] = [
      ['a product', () => `/product/${random()}`],
      ['a category', () => `/category/${random()}`],
      ['a sort of a category', () => `/category/kitchen/${random()}`],
      ['a page of a category', () => `/category/kitchen/title/${1_000 + Math.floor(Math.random() * 9_000)}`],
      ['something below a product', () => `/product/stoneware-mug/${random()}`],
    ];

    // What broke: Next rendered "not found" anew for each address, at five times the cost of a product page.
    // Twenty such requests per second from one client stopped all orders. The page also needed JavaScript to
    // show.
    test.each(kinds)('%s leaves no file on the disk, and is shown without JavaScript', async (_, path) => {
      const address = path();
      const response = await fetch(url + address);
      expect(response.status).toBe(404);
      expect(await response.text()).toMatch(/<h1[^>]*>There is nothing at this address/);
      const files = readdirSync('.next/server', { recursive: true, encoding: 'utf8' });
      expect(files.length).toBeGreaterThan(100);
      expect(files.filter((file) => file.includes(address.slice(1)))).toEqual([]);
    });
  });

  describe('a page added a moment ago', () => {
    test('is found, also by clients that requested it too early', async () => {
      const sku = `NEW-${random()}`;
      const address = `${url}/product/${sku.toLowerCase()}`;
      expect((await fetch(address)).status).toBe(404);
      await addProduct(sku);
      const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(address)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(await answers[0]?.text()).toContain(`Product ${sku}`);
    });

    test('is found among requests for unknown addresses', async () => {
      const skus = Array.from({ length: 5 }, () => `AMONG-${random()}`);
      for (const sku of skus) await addProduct(sku);
      const paths = skus.flatMap((sku) => [sku.toLowerCase(), random(), '%00', random()]);
      const answers = await Promise.all(paths.map((path) => fetch(`${url}/product/${path}`)));
      expect(answers.map(({ status }) => status)).toEqual(skus.flatMap(() => [200, 404, 404, 404]));
    });

    test('of a category is found soon, with as many pages as the category has', async () => {
      const slug = `new-${random()}`;
      const statusOf = async (path: string) => (await fetch(`${url}/category/${slug}${path}`)).status;
      expect(await statusOf('')).toBe(404);
      await db()
        .$executeRaw`INSERT INTO category (slug, title, description, position) VALUES (${slug}, 'New', 'Just now', 98)`;
      await expect.poll(() => statusOf('')).toBe(200);
      expect(await statusOf('/title')).toBe(200);
      expect(await statusOf('/title/2')).toBe(404);
    });
  });

  test('a page that gets no database connection in time is answered with 503', async () => {
    // What broke: it got a 500.
    const sku = `WAITS-${random()}`;
    await addProduct(sku);
    const page = `/product/${sku.toLowerCase()}`;
    // Not by a connection of the shop's pools, which close one that is silent for long.
    const lock = { statement: 'LOCK TABLE product IN ACCESS EXCLUSIVE MODE', values: [] };
    let isHeld = false;
    // Again, if a busy machine takes longer to open the connection than a request waits for it.
    const hold = async () => {
      do await fromNarrow('/api/products');
      while (!isHeld);
    };
    let holder: Promise<void> | undefined;
    await whileLocked(env().DATABASE_URL, lock, async () => {
      holder = hold();
      await expect.poll(() => waitingForLocks('narrow')).toBe(1);
      isHeld = true;
      const answers = await Promise.all([fromNarrow(page), fromNarrow(page)]);
      expect(answers.map((answer) => statusesOf(answer))).toEqual([[503], [503]]);
      expect(answers[0]).toMatch(/^retry-after: \d+/im);
    });
    await holder;
    // The pages may still be failing in Next, which renders one page for all who ask for it.
    await expect.poll(async () => statusesOf(await fromNarrow(page))).toEqual([200]);
  });

  test('a query sets no header on a page that is cached for all clients', async () => {
    // What broke: ?access=x set Referrer-Policy on the page, and a cache then served it to all clients.
    for (const path of ['/', '/product/stoneware-mug', '/category/kitchen', '/search']) {
      const [plain, queried] = [await fetch(url + path), await fetch(`${url}${path}?access=x`)];
      expect(queried.status).toBe(200);
      expect(queried.headers.get('referrer-policy')).toBe('strict-origin-when-cross-origin');
      expect(namesOf(queried)).toEqual(namesOf(plain));
    }
    const order = await fetch(`${url}/orders/${random()}?access=x`);
    expect(order.headers.get('referrer-policy')).toBe('no-referrer');
  });

  test('a form without a referrer is the shop’s own, also when the shop has no TLS', async () => {
    // What broke: the shop took https as its origin, although it is reached by http.
    const sku = `PLAIN-${random()}`;
    await addProduct(sku);
    const form = ['Content-Type: application/x-www-form-urlencoded', 'Origin: null'];
    const add = (...more: string[]) => fromNarrow('/cart/add', `sku=${sku}&quantity=1`, ...form, ...more);
    expect(await add('Sec-Fetch-Site: same-origin')).toMatch(/^location: (?!.*problem)/im);
    expect(await add('Sec-Fetch-Site: cross-site')).not.toMatch(/^set-cookie/im);
  });

  /** Requests a page by the shop's public name: a GET, or a POST if there is a body. */
  function fromNarrow(path: string, body?: string, ...headers: string[]): Promise<string> {
    const first = `${body === undefined ? 'GET' : 'POST'} ${path} HTTP/1.1`;
    const length = body === undefined ? [] : [`Content-Length: ${body.length}`];
    const lines = [first, 'Host: shop.example', 'Connection: close', ...headers, ...length];
    return exchange(narrow.url, requestText(lines, body), 20_000);
  }
}

const namesOf = ({ headers }: Response) => [...headers.keys()].sort();

/** How many statements of one application wait for a lock in this test's database. */
async function waitingForLocks(application: string): Promise<number> {
  const [row] = await db().$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = ${application} AND wait_event_type = 'Lock'`;
  return row?.count ?? 0;
}
