import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import type { CheckoutQuote } from '#lib/pricing/schema.ts';
import { Browser } from '#proof/bench/browser/browser.ts';
import type { Reply } from '#proof/bench/browser/lane.ts';
import { benchStock } from '#proof/bench/load/orders.ts';

/** What a shopper buys, and the words by which pages are recognised. */
export interface Item {
  sku: string;
  product: { slug: string; title: string };
  category: { slug: string; title: string };
}

/** A cart of one of them may be invoiced. */
const maxPriceMinor = 20_000;

/** Items of the real catalogue, whose pages are the usual ones, each with more stock than can be sold. */
export async function stockUp(client: Client): Promise<Item[]> {
  const { rows } = await client.query<Item>(
    `SELECT sku, json_build_object('slug', product.slug, 'title', product.title) AS product,
            json_build_object('slug', category.slug, 'title', category.title) AS category
     FROM variant JOIN product ON product.id = product_id JOIN category ON category.slug = category_slug
     WHERE category.slug <> 'bench' AND price_minor <= $1 ORDER BY product.position, sku`,
    [maxPriceMinor],
  );
  const skus = rows.map(({ sku }) => sku);
  await client.query('UPDATE stock SET available = $1 WHERE sku = ANY ($2)', [benchStock, skus]);
  return rows;
}

/** One shopper who buys one item, with what their browser has learned so far. */
export class Shopper {
  readonly item: Item;
  readonly browser: Browser;
  /** An address of its own: a shared one would reach the limit on unpaid orders. */
  readonly email = `${randomUUID()}@example.com`;
  /** The answers so far, one of each step. */
  readonly replies: Reply[] = [];
  /** A step failed. */
  stopped = false;
  /** Empty before there is one. */
  cartId = '';
  quote: CheckoutQuote | undefined;
  order: { url: string; number: string } | undefined;

  constructor(item: Item, origin: string) {
    this.item = item;
    this.browser = new Browser(origin);
  }
}

export const makeShoppers = (items: Item[], origin: string, count: number): Shopper[] =>
  Array.from({ length: count }, (_, index) => new Shopper(items[index % items.length] as Item, origin));
