import { documentHeaders } from '#proof/bench/browser/headers.ts';
import type { BrowserRequest } from '#proof/bench/browser/lane.ts';
import { type Caller, type Callers, jsonKinds } from '#proof/bench/calls/kinds.ts';
import type { Kind } from '#proof/bench/calls/measure-kind.ts';
import { jsonCalls } from '#proof/bench/calls/names.ts';
import { sessionHeader } from '#proof/bench/load/orders.ts';
import type { Item } from '#proof/bench/purchase/shopper.ts';
import type { CostClass } from '#scripts/services/edge/capacity.ts';

/** The kinds of requests of which a class of the capacity file is the mean. */
export const capacityParts = {
  order: ['order'],
  call: jsonCalls,
  page: ['cart page', 'checkout page', 'order page'],
  render: ['new product page'],
  search: ['search page'],
} as const satisfies Record<CostClass, readonly string[]>;

interface Scene {
  item: Item;
  callers: Callers;
  /** Paths of catalogue pages that were not requested before. */
  newPages: string[];
}

/** All of them except the order. */
export function capacityKinds(origin: string, { item, callers, newPages }: Scene): Kind[] {
  const page = (url: string, caller?: Caller): BrowserRequest => ({
    method: 'GET',
    url,
    headers: {
      host: new URL(origin).host,
      ...documentHeaders(`${origin}/`),
      ...(caller && sessionHeader(caller.userId)),
    },
  });
  const [cart, checkout, order] = capacityParts.page;
  const { title } = item.product;
  return [
    ...jsonKinds(origin, callers),
    { name: cart, requests: callers.carts.map((one) => page('/cart', one)), shown: '</html>' },
    { name: checkout, requests: callers.carts.map((one) => page('/checkout', one)), shown: '</html>' },
    {
      name: order,
      requests: callers.orders.map((one) => page(`/orders/${one.orderId}`, one)),
      shown: '</html>',
    },
    { name: capacityParts.render[0], requests: newPages.map((url) => page(url)), shown: '</html>' },
    {
      name: capacityParts.search[0],
      requests: searchesFor(title).map((query) => page(`/search?${new URLSearchParams({ query })}`)),
      shown: title,
    },
  ];
}

/** Each word of a title and its beginnings: they find one product, or many. */
function searchesFor(title: string): string[] {
  const words = title.toLowerCase().split(/\W+/).filter(Boolean);
  return [title, ...words.flatMap((word) => [word, word.slice(0, 3), word.slice(0, 2)])];
}
