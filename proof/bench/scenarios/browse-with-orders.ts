import { type Bench, requestsOf, type Scenario } from '#proof/bench/bench.ts';
import { documentHeaders } from '#proof/bench/browser/headers.ts';
import { shuffle } from '#proof/bench/load/arrange.ts';
import { cycle, offer, saturate } from '#proof/bench/load/load.ts';
import { sessionHeader } from '#proof/bench/load/orders.ts';
import { type LoadResult, latencyOf } from '#proof/bench/load/record.ts';
import { rawRequest } from '#proof/bench/load/request.ts';
import type { Measurement } from '#proof/bench/measurement.ts';
import { readCatalogue } from '#proof/bench/scenarios/browse.ts';
import { randomOf } from '#proof/harness/random.ts';

/** The documents among a hundred that browsing shoppers open, in the proportions of `browse`. */
const mix = { home: 20, category: 26, product: 47, checkout: 7 };
type Kind = keyof typeof mix;

/** Different pages of the load, which are requested again and again. */
const pageCount = 400;

/** Pages in flight: enough to keep Node busy all the time. */
const connections = 32;

/** How long the orders are offered, in seconds. */
const seconds = { full: 15, quick: 3 };

/** Orders at half of the capacity, while shoppers who browse take all that Node has. */
export const browseWithOrders: Scenario = {
  name: 'browse-with-orders',
  about: 'pages as fast as answers come, and orders at half of their capacity on a schedule',
  against: [],
  async run(bench) {
    const { options, harness, shop, measureShop } = bench;
    const perSecond = Math.max(1, Math.round((await bench.capacity()) / 2));
    const lasting = options.quick ? seconds.quick : seconds.full;
    const pages = await makePages(bench);
    const orders = await bench.prepareOrders(perSecond * lasting);
    // Shoppers browse pages that others have opened before. New ones are measured in `capacity`.
    await saturate(shop, pages.map(bytesFor(harness.origin)), { connections });
    let browsed: LoadResult | undefined;
    const measurement = await measureShop({
      id: 'browse-with-orders',
      title: 'Orders while pages are saturated',
      model: `orders on a schedule, ${connections} pages at a time`,
      offeredPerSecond: perSecond,
      orders,
      orderOf: (request) => request,
      // Refused orders are counted below: the shop keeps its promises when it refuses one.
      answers: [201, 429, 503],
      drive: async () => {
        const browsing = cycle(shop, pages.map(bytesFor(harness.origin)), { connections });
        try {
          return await offer(shop, requestsOf(orders), { perSecond, connections: options.connections });
        } finally {
          browsed = await browsing.stop();
        }
      },
    });
    return [{ ...measurement, figures: browsed ? figuresOf(measurement, browsed) : {} }];
  },
};

interface Page {
  path: string;
  cookie?: string;
}

const bytesFor =
  (origin: string) =>
  ({ path, cookie }: Page): Buffer => {
    const headers = { host: new URL(origin).host, ...documentHeaders(`${origin}/`) };
    return rawRequest({ method: 'GET', url: path, headers: { ...headers, ...(cookie ? { cookie } : {}) } });
  };

async function makePages({ harness, prepareOrders }: Bench): Promise<Page[]> {
  const { categories, products } = await readCatalogue(harness.client);
  const counts = (kind: Kind) => Math.round((pageCount * mix[kind]) / 100);
  // Checkout shows a filled cart.
  const carts = await prepareOrders(counts('checkout'));
  const pick = (list: string[], index: number) => list[index % list.length] as string;
  const make: Record<Kind, (index: number) => Page> = {
    home: () => ({ path: '/' }),
    category: (index) => ({ path: `/category/${pick(categories, index)}` }),
    product: (index) => ({ path: `/product/${pick(products, index)}` }),
    checkout: (index) => ({ path: '/checkout', ...sessionHeader(carts[index]?.userId ?? '') }),
  };
  const pages = (Object.keys(mix) as Kind[]).flatMap((kind) =>
    Array.from({ length: counts(kind) }, (_, index) => make[kind](index)),
  );
  return shuffle(pages, randomOf(1).next);
}

function figuresOf({ sent, statuses }: Measurement, browsed: LoadResult): Measurement['figures'] {
  const { p50, p95, p99 } = latencyOf(browsed);
  const right = browsed.statuses['200'] ?? 0;
  return {
    'orders refused or without an answer': sent - (statuses['201'] ?? 0),
    'pages a second': right / browsed.seconds,
    'pages not answered with 200': browsed.sent - right,
    'p50 of a page, ms': p50,
    'p95 of a page, ms': p95,
    'p99 of a page, ms': p99,
  };
}
