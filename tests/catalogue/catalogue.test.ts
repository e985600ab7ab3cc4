import { describe, expect, test } from 'vitest';
import { decodeCursor } from '#lib/catalogue/cursor.ts';
import { listCategories } from '#lib/catalogue/list-categories.ts';
import { type ListProducts, listProducts } from '#lib/catalogue/list-products.ts';
import { listProductsPage } from '#lib/catalogue/list-products-page.ts';
import { type ProductSort, productSorts } from '#lib/catalogue/schema.ts';
import { pageQuery } from '#lib/catalogue/select-products.ts';
import { Prisma } from '#lib/generated/prisma/client.ts';
import { db } from '#lib/platform/database/db.ts';
import { openCatalogue } from '#tests/support/catalogue.ts';

await openCatalogue(5_000);

/** Follows the cursors to the end of the list and returns the slugs. */
async function walk(list: ListProducts, between?: () => Promise<unknown>): Promise<string[]> {
  const slugs: string[] = [];
  let cursor: string | undefined;
  do {
    const { products, nextCursor } = await listProducts({ ...list, cursor });
    slugs.push(...products.map(({ slug }) => slug));
    cursor = nextCursor ?? undefined;
    if (cursor) await between?.();
  } while (cursor);
  return slugs;
}

/** A product that equals its twins in everything that a list is sorted by. */
async function addTwin(slug: string, { description = 'A twin', title = 'Twin', position = 77 } = {}) {
  await db().$executeRaw`
    WITH made AS (
      INSERT INTO product (id, slug, title, description, details, category_slug, image, position, created_at)
      VALUES (gen_random_uuid(), ${slug}, ${title}, ${description}, '{}', 'care', '/none.svg',
              ${position}::int, '2026-01-01')
      RETURNING id)
    INSERT INTO variant (sku, product_id, title, price_minor, currency, position)
    SELECT ${slug}, id, '', 4900, 'USD', 0 FROM made`;
}

/** What each sort means, written independently of the shop's code. */
const meaning: Record<ProductSort, string> = {
  featured: 'position, id',
  'price-asc': '(SELECT min(price_minor) FROM variant WHERE product_id = product.id), id',
  'price-desc': '(SELECT min(price_minor) FROM variant WHERE product_id = product.id) DESC, id DESC',
  newest: 'created_at DESC, id DESC',
  title: 'lower(title), id',
};

describe('paging', () => {
  test.each(productSorts)('%s visits every product once, in its order', async (sort) => {
    const inOrder = await db().$queryRawUnsafe<{ slug: string }[]>(
      `SELECT slug FROM product ORDER BY ${meaning[sort]}`,
    );
    expect(inOrder.length).toBeGreaterThanOrEqual(5_000);
    expect(await walk({ sort, limit: 97 })).toEqual(inOrder.map(({ slug }) => slug));
  });

  test.each(productSorts)('%s visits products with equal keys once each, also across pages', async (sort) => {
    const twins = Array.from({ length: 11 }, (_, index) => `${sort}-twin-${index}`);
    for (const slug of twins) await addTwin(slug, { description: `Set ${sort}-twins` });
    const met = await walk({ sort, query: `${sort}-twins`, limit: 3 });
    expect(met.sort()).toEqual(twins.sort());
  });

  test('products added in front while a reader turns pages are not repeated and hide nothing', async () => {
    const before = await walk({ category: 'desk' });
    let added = 0;
    const met = await walk({ category: 'desk', limit: 100 }, () => {
      added += 1;
      return addTwin(`late-${added}`, { position: 0 });
    });
    expect(added).toBeGreaterThan(5);
    expect(met).toEqual(before);
  });

  test('numbered pages are the same list, cut evenly', async () => {
    const list = { category: 'textiles', sort: 'price-desc', query: 'wool' } as const;
    const all = await walk(list);
    const first = await listProductsPage({ ...list, pageSize: 50 });
    expect(first).toMatchObject({ page: 1, total: all.length, pageCount: Math.ceil(all.length / 50) });
    const pages = [first];
    for (let page = 2; page <= first.pageCount; page += 1) {
      pages.push(await listProductsPage({ ...list, page, pageSize: 50 }));
    }
    expect(pages.flatMap(({ products }) => products.map(({ slug }) => slug))).toEqual(all);
    expect((await listProductsPage({ ...list, page: first.pageCount + 1, pageSize: 50 })).products).toEqual(
      [],
    );
  });

  test('category counts match their lists', async () => {
    for (const { slug, productCount } of await listCategories()) {
      expect((await listProductsPage({ category: slug })).total).toBe(productCount);
    }
  });

  test('a product without a variant can’t be bought and is in no list and no count', async () => {
    await db().$executeRaw`
      INSERT INTO product (id, slug, title, description, details, category_slug, image, position)
      VALUES (gen_random_uuid(), 'bare', 'Bare', 'unbuyable', '{}', 'care', '/none.svg', 1)`;
    const { products, total } = await listProductsPage({ query: 'unbuyable' });
    expect([products, total]).toEqual([[], 0]);
    await db().product.delete({ where: { slug: 'bare' } });
  });

  test('a category that does not exist is an invalid request, not an empty list', async () => {
    const refusal = { code: 'invalid_request', options: { extra: { fields: [{ path: 'category' }] } } };
    await expect(listProducts({ category: 'weapons' })).rejects.toMatchObject(refusal);
    await expect(listProductsPage({ category: 'weapons' })).rejects.toMatchObject(refusal);
  });
});

describe('search', () => {
  const find = (query: string) => walk({ query, limit: 100 });

  test('special characters are letters to a search, not wildcards', async () => {
    await addTwin('percent', { title: 'Hemp Sack 100%', description: 'All of it' });
    await addTwin('underscore', { title: 'Part hemp_42', description: 'None of it' });
    await addTwin('backslash', { title: 'Hemp \\ jute', description: `A carter's sack` });
    expect(await find('hemp 100%')).toEqual(['percent']);
    expect(await find('hemp %')).toEqual(['percent']);
    expect(await find('hemp_')).toEqual(['underscore']);
    expect(await find('hemp \\')).toEqual(['backslash']);
    expect(await find(`carter's hemp`)).toEqual(['backslash']);
    expect(await find('h%mp')).toEqual([]);
  });

  test('case, accents and the Unicode form of a letter make no difference', async () => {
    await addTwin('unicode', { title: 'Crème brûlée Torch', description: 'Für Łódź: ﬁne 日本の道具' });
    for (const query of [
      'CREME BRULEE',
      'creme\u0301 bru\u0302le\u0301e torch',
      'fur fine torch',
      '日本 道具',
    ]) {
      expect(await find(query), query).toEqual(['unicode']);
    }
  });

  test('every word must match, in the title, the description or the category', async () => {
    await addTwin('words', { title: 'Quince Paste Knife', description: 'For the cheeseboard' });
    expect(await find('cheeseboard quince')).toEqual(['words']);
    expect(await find('care cheeseboard')).toEqual(['words']);
    expect(await find('kitchen cheeseboard')).toEqual([]);
    const kitchen = (await listProductsPage({ category: 'kitchen' })).total;
    expect((await find('kitchen')).length).toBeGreaterThanOrEqual(kitchen);
  });

  test('a plural finds the singular, and a singular the plural', async () => {
    await addTwin('plural', { title: 'Zester', description: 'Two pestles' });
    expect(await find('zesters')).toEqual(['plural']);
    expect(await find('pestle zester')).toEqual(['plural']);
  });

  // What broke: a search for "lens" found every text with "len" in it, such as "length".
  test('a word that only looks like a plural finds itself, and no part of other words', async () => {
    await addTwin('lens', { title: 'Lqn Lqns', description: 'Two lqnses' });
    await addTwin('lens-only', { title: 'Lqns' });
    await addTwin('not-a-lens', { title: 'Lqngth', description: 'Woollqn, for lqnd.' });
    expect((await find('lqns')).sort()).toEqual(['lens', 'lens-only']);
    expect((await find('lqnses')).sort()).toEqual(['lens', 'lens-only']);
    expect((await find('lqn')).sort()).toEqual(['lens', 'lens-only', 'not-a-lens']);
  });

  test('a plural finds its singular as a whole word or the end of one, in any case and beside punctuation', async () => {
    await addTwin('whole', {
      title: 'Iron Vqase (small)',
      description: 'A vqknife, a vqcookie, a vqafé. Notevqook.',
    });
    for (const query of [
      'vqases',
      'VQASES',
      '(vqases',
      'vqknives',
      'vqcookies',
      'smalls',
      'vqafés',
      'vqooks',
    ]) {
      expect(await find(`vqase ${query}`), query).toEqual(['whole']);
    }
    expect(await find('vqase otevqs')).toEqual([]);
  });

  test('a plural finds the singular in the title of a category', async () => {
    await db().$executeRaw`
      INSERT INTO category (slug, title, description, position) VALUES ('vq', 'Vqlamp', '', 99)`;
    await addTwin('in-category', { title: 'Something' });
    expect(await find('vqlamps')).toEqual([]);
    await db().$executeRaw`UPDATE product SET category_slug = 'vq' WHERE slug = 'in-category'`;
    expect(await find('vqlamps')).toEqual(['in-category']);
  });

  // What broke: a search for "pan" began with a kettle that is made in Japan.
  test('a numbered page begins with words of titles, then words of descriptions, then parts of words', async () => {
    await addTwin('part', { title: 'Kettle', description: 'From Kwozkia', position: 1 });
    await addTwin('described', { title: 'Oil', description: 'For an ozk.', position: 2 });
    await addTwin('begun', { title: 'Ozkish Lid', position: 3 });
    await addTwin('plural-word', { title: 'Two (Ozks)', position: 4 });
    await addTwin('word', { title: 'Iron Ozk', position: 5 });
    const { products, total } = await listProductsPage({ query: 'OZK' });
    const slugs = ['plural-word', 'word', 'begun', 'described', 'part'];
    expect(products.map(({ slug }) => slug)).toEqual(slugs);
    expect(total).toBe(slugs.length);
    const sorted = await listProductsPage({ query: 'ozk', sort: 'featured' });
    expect(sorted.products[0]?.slug).toBe('part');
    const second = await listProductsPage({ query: 'ozk', page: 2, pageSize: 2 });
    expect(second.products.map(({ slug }) => slug)).toEqual(slugs.slice(2, 4));
  });

  test('a search for nothing is the whole list', async () => {
    expect((await listProductsPage({ query: ' \0 ' })).total).toBe((await listProductsPage()).total);
  });
});

interface Plan {
  'Node Type': string;
  Plans?: Plan[];
}

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

async function planOf(query: Prisma.Sql): Promise<Plan> {
  const [row] = await db().$queryRaw<{ 'QUERY PLAN': [{ Plan: Plan }] }[]>(
    Prisma.sql`EXPLAIN (FORMAT JSON) ${query}`,
  );
  if (!row) throw new Error('EXPLAIN said nothing');
  return row['QUERY PLAN'][0].Plan;
}

test.each(productSorts)('a page of %s among thousands walks an index and sorts nothing', async (sort) => {
  await db().$executeRaw`ANALYZE product, variant`;
  const { nextCursor } = await listProducts({ sort, limit: 100 });
  const later = decodeCursor(nextCursor ?? '', sort);
  for (const after of [undefined, later]) {
    const plan = await planOf(pageQuery({ sort, after, limit: 25 }));
    // Below the limit node the whole list would be read. Above it are only the 25 products of the page.
    const limit = nodesOf(plan).find((node) => node['Node Type'] === 'Limit');
    const kinds = nodesOf(limit ?? plan).map((node) => node['Node Type']);
    expect(kinds.join()).not.toMatch(/Sort|Seq Scan|Hash/);
    expect(kinds.join()).toMatch(/Index/);
  }
});
