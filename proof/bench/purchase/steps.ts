import { shows } from '#proof/bench/browser/body.ts';
import { readText } from '#proof/bench/browser/browser.ts';
import type { Lane, Reply } from '#proof/bench/browser/lane.ts';
import type { Shopper } from '#proof/bench/purchase/shopper.ts';
import { orderBody } from '#proof/harness/shopper/shopper.ts';

/** One request of a purchase. */
export interface Step {
  name: string;
  status: number;
  send: (shopper: Shopper, lane: Lane) => Promise<Reply>;
  /** Takes from a correct answer what a later step needs. */
  learn?: (shopper: Shopper, text: string) => void;
  /** A text that the right answer contains, in whatever form. */
  shown: (shopper: Shopper) => string;
}

const openPage =
  (pathOf: (shopper: Shopper) => string): Step['send'] =>
  (shopper, lane) =>
    shopper.browser.open(lane, pathOf(shopper));

/** The quote's address, as the checkout page asks for it when the shopper chooses (use-quote.ts). */
const quoteQuery = new URLSearchParams({ shippingMethod: 'standard', country: 'US' });

/** A purchase from the home page to the confirmation, in the order of its steps. */
export const steps: Step[] = [
  {
    name: 'home',
    status: 200,
    send: openPage(() => '/'),
    shown: ({ item }) => `/category/${item.category.slug}`,
  },
  {
    name: 'category',
    status: 200,
    send: openPage(({ item }) => `/category/${item.category.slug}`),
    shown: ({ item }) => item.category.title,
  },
  {
    name: 'product',
    status: 200,
    send: openPage(({ item }) => `/product/${item.product.slug}`),
    shown: ({ item }) => item.product.title,
  },
  {
    name: 'add to cart',
    status: 200,
    send: ({ browser, item }, lane) =>
      browser.call(lane, '/cart/add', {
        method: 'POST',
        headers: {
          accept: 'application/json',
          'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
        },
        body: new URLSearchParams({ sku: item.sku, quantity: '1' }).toString(),
      }),
    learn(shopper, text) {
      shopper.cartId = (JSON.parse(text) as { cart: { id: string } }).cart.id;
    },
    shown: () => '"added":1',
  },
  { name: 'cart', status: 200, send: openPage(() => '/cart'), shown: ({ item }) => item.sku },
  { name: 'checkout', status: 200, send: openPage(() => '/checkout'), shown: ({ item }) => item.sku },
  {
    name: 'quote',
    status: 200,
    send: ({ browser }, lane) =>
      browser.call(lane, `/api/checkout?${quoteQuery}`, { method: 'GET', noStore: true }),
    learn(shopper, text) {
      shopper.quote = JSON.parse(text);
    },
    shown: ({ cartId }) => cartId,
  },
  {
    name: 'order',
    status: 201,
    send: ({ browser, quote, email }, lane) => {
      if (!quote) throw new Error('an order without a quote');
      return browser.call(lane, '/api/orders', {
        method: 'POST',
        noStore: true,
        headers: {
          accept: 'application/json',
          'content-type': 'application/json',
          'idempotency-key': quote.submitToken,
        },
        body: JSON.stringify(orderBody(quote, { email })),
      });
    },
    learn(shopper, text) {
      shopper.order = (JSON.parse(text) as { order: NonNullable<Shopper['order']> }).order;
    },
    shown: () => '"outcome":"accepted"',
  },
  {
    name: 'order page',
    status: 200,
    send: openPage(({ order }) => order?.url ?? '/orders'),
    shown: ({ order }) => order?.number ?? 'no order',
  },
];

export const orderStep = steps.findIndex(({ name }) => name === 'order');

/** Takes one step. Does nothing after a step that failed, because the shopper cannot continue. */
export async function takeStep(shopper: Shopper, at: number, lane: Lane): Promise<void> {
  const step = steps[at];
  if (!step || shopper.stopped) return;
  const reply = await step.send(shopper, lane);
  shopper.replies.push(reply);
  if (reply.status !== step.status) shopper.stopped = true;
  else if (step.learn) learnFrom(readText(reply), shopper, step);
}

/** The shop says some problems with a status of success. */
function learnFrom(text: string, shopper: Shopper, { learn, shown }: Step): void {
  if (shows(text, shown(shopper))) learn?.(shopper, text);
  else shopper.stopped = true;
}

/** How many answers of these shoppers have the right status and show the right text. */
export function countRightAnswers(shoppers: Shopper[]): number {
  const isRight = (shopper: Shopper, { status, shown }: Step, reply: Reply | undefined) =>
    reply?.status === status && shows(readText(reply), shown(shopper));
  return shoppers.reduce(
    (sum, shopper) => sum + steps.filter((step, at) => isRight(shopper, step, shopper.replies[at])).length,
    0,
  );
}
