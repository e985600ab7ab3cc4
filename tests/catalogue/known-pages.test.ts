import { NextRequest } from 'next/server';
import { afterEach, expect, test } from 'vitest';
import { isCategoryPage, isProduct } from '#lib/catalogue/known-pages.ts';
import { openTestShopBehindProxy } from '#tests/support/shop/test-shop.ts';
import { proxy as inFrontOfPages } from '../../proxy.ts';

/** The check in front of every page while the database does not answer. */

const { proxy: onTheWay } = await openTestShopBehindProxy();
afterEach(() => onTheWay.heal());

/** Whether Next renders the page for this path instead of the page "not found". */
async function isAsked(path: string): Promise<boolean> {
  const response = await inFrontOfPages(new NextRequest(`http://shop.test${path}`));
  return !response.headers.has('x-middleware-rewrite');
}

const names = ['one', 'two', 'three'];

/** A look-up that the database doesn't answer. It ends when its connection is given up, after 12 s. */
async function unanswered(lookUp: Promise<boolean>) {
  let isOver = false;
  const end = lookUp
    .catch(() => undefined)
    .finally(() => {
      isOver = true;
    });
  await expect.poll(onTheWay.isHolding).toBe(true);
  return { isOver: () => isOver, end };
}

const soon = { timeout: 60_000 };

// What broke: each page waited for the previous look-up and then for its own, although Next had the page
// cached.
test('product pages do not wait for a silent database', async () => {
  onTheWay.disturb({ kind: 'hold_request', to: ['held-'] });
  const first = await unanswered(isProduct('held-first'));
  for (const name of names) expect(await isAsked(`/product/held-${name}`)).toBe(true);
  expect(first.isOver()).toBe(false);
  onTheWay.heal();
  await expect.poll(() => isAsked('/product/held-first'), soon).toBe(false);
});

test('requests in the meantime cause one more look-up, not a queue of them', async () => {
  onTheWay.disturb({ kind: 'hold_request', to: ['held-'] });
  const first = await unanswered(isProduct('held-first'));
  const flood = Array.from({ length: 501 }, (_, i) => isProduct(`flood-${i}`));
  await expect(flood.at(-1)).rejects.toThrow('too many');
  expect(first.isOver()).toBe(false);
  expect(await Promise.all(flood.slice(0, 500))).toEqual(Array(500).fill(false));
});

test('category pages do not wait for a silent database', async () => {
  onTheWay.disturb({ kind: 'hold_request', to: ['FROM category'] });
  const first = await unanswered(isCategoryPage('held-first', 1));
  for (const name of names) expect(await isAsked(`/category/held-${name}`)).toBe(true);
  expect(first.isOver()).toBe(false);
  onTheWay.heal();
  await expect.poll(() => isAsked('/category/held-first'), soon).toBe(false);
});
