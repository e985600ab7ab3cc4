import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import type { Bench, Scenario } from '#proof/bench/bench.ts';
import { shuffle } from '#proof/bench/load/arrange.ts';
import { saturate } from '#proof/bench/load/load.ts';
import { type Order, sessionHeader } from '#proof/bench/load/orders.ts';
import { type LoadResult, latencyOf } from '#proof/bench/load/record.ts';
import { requestBytes } from '#proof/bench/load/request.ts';
import { randomOf } from '#proof/harness/random.ts';

/** The rough share of each kind in a hundred requests of a busy shop. */
const mix = { home: 15, category: 20, product: 35, cart: 15, checkout: 5, order: 10 };
type Kind = keyof typeof mix;

/** A page costs many times as much as an order, so there are fewer requests and fewer at a time. */
const requestsPerOrder = 0.2;
const connections = 32;

interface Visit {
  kind: Kind;
  request: Buffer;
  /** The order that it submits. */
  order?: number;
}

/** Shoppers who browse the pages, which Next serves. */
export const browse: Scenario = {
  name: 'browse',
  about: 'home, category, product and checkout pages, cart edits and some orders, mixed',
  against: [],
  async run(bench) {
    const { options, shop, measureShop } = bench;
    const count = Math.max(200, Math.round(options.orders * requestsPerOrder));
    const orders = await bench.prepareOrders(Math.ceil((count * mix.order) / 100));
    const visits = shuffle(await makeVisits(bench, count, orders), randomOf(1).next);
    let result: LoadResult | undefined;
    const measurement = await measureShop({
      id: 'browse',
      title: 'Mixed browsing',
      model: `as fast as answers come, ${connections} at a time`,
      orders,
      orderOf: (request) => visits[request]?.order,
      answers: [200, 201],
      drive: async () => {
        const requests = visits.map(({ request }) => request);
        result = await saturate(shop, requests, { connections });
        return result;
      },
    });
    return [{ ...measurement, figures: result ? latencyByKind(result, visits) : {} }];
  },
};

async function makeVisits(
  { harness, prepareOrders }: Bench,
  count: number,
  orders: Order[],
): Promise<Visit[]> {
  const { categories, products, skus } = await readCatalogue(harness.client);
  // Checkout shows a filled cart.
  const checkouts = await prepareOrders(Math.ceil((count * mix.checkout) / 100));
  const pick = <Item>(list: Item[], index: number) => list[index % list.length] as Item;
  const make: Record<Kind, (index: number) => Visit> = {
    home: () => ({ kind: 'home', request: requestBytes('GET', '/') }),
    category: (i) => ({ kind: 'category', request: requestBytes('GET', `/category/${pick(categories, i)}`) }),
    product: (i) => ({ kind: 'product', request: requestBytes('GET', `/product/${pick(products, i)}`) }),
    cart: (i) => ({
      kind: 'cart',
      request: requestBytes('PUT', `/api/cart/lines/${pick(skus, i)}`, sessionHeader(randomUUID()), {
        quantity: 1 + (i % 3),
      }),
    }),
    checkout: (i) => ({
      kind: 'checkout',
      request: requestBytes('GET', '/checkout', sessionHeader(pick(checkouts, i).userId)),
    }),
    order: (i) => ({ kind: 'order', request: (orders[i] as Order).request, order: i }),
  };
  return (Object.keys(mix) as Kind[]).flatMap((kind) => {
    const ofKind = kind === 'order' ? orders.length : Math.round((count * mix[kind]) / 100);
    return Array.from({ length: ofKind }, (_, index) => make[kind](index));
  });
}

/** The slugs and skus of the real catalogue. */
export async function readCatalogue(client: Client) {
  const column = async (sql: string) =>
    (await client.query<{ name: string }>(sql)).rows.map(({ name }) => name);
  return {
    categories: await column(`SELECT slug AS name FROM category WHERE slug <> 'bench' ORDER BY position`),
    products: await column(`SELECT slug AS name FROM product WHERE category_slug <> 'bench' ORDER BY id`),
    skus: await column(
      `SELECT sku AS name FROM variant JOIN product ON product.id = product_id WHERE category_slug <> 'bench' ORDER BY sku`,
    ),
  };
}

function latencyByKind(result: LoadResult, visits: Visit[]): Record<string, number> {
  const kinds = Object.keys(mix) as Kind[];
  const figures = kinds.map((kind) => {
    const { p99 } = latencyOf(result, (request) => visits[request]?.kind === kind);
    return [`${kind} p99 ms`, p99];
  });
  return Object.fromEntries(figures);
}
