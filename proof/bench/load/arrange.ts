/** The order in which requests arrive. `random` returns numbers from 0 to below 1. */

/** The share of an order's duplicates that arrive soon after the first: a double click, a retry. */
const closeShare = 0.5;

/** How soon: the number of orders that arrive in between. */
const closeWithin = 2;

/** How far the others are spread, as a share of the whole load: a reload, the Back button. */
const lateWithin = 0.5;

/**
 * Orders by index, each of them `times` times. The first requests are in order. Half of the duplicates
 * follow soon after, the others much later.
 */
export function arrangeDuplicates(orders: number, times: number, random: () => number): number[] {
  const arrivals: { order: number; at: number }[] = [];
  for (let order = 0; order < orders; order += 1) {
    arrivals.push({ order, at: order });
    for (let copy = 1; copy < times; copy += 1) {
      const within = copy <= Math.ceil((times - 1) * closeShare) ? closeWithin : orders * lateWithin;
      arrivals.push({ order, at: order + random() * within });
    }
  }
  return arrivals.sort((a, b) => a.at - b.at).map(({ order }) => order);
}

/** The list in random order (Fisher and Yates). */
export function shuffle<Item>(items: Item[], random: () => number): Item[] {
  const shuffled = [...items];
  for (let last = shuffled.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [shuffled[last], shuffled[other]] = [shuffled[other] as Item, shuffled[last] as Item];
  }
  return shuffled;
}

/** In a soak, how many orders back a repeated request may be. */
const askAgainWithin = 5_000;

/** Each order once, in one of every `onePlacedIn` requests. The others repeat a recently placed order. */
export function arrangeSoak(orders: number, onePlacedIn: number, random: () => number): number[] {
  return Array.from({ length: orders * onePlacedIn }, (_, request) => {
    const placed = Math.floor(request / onePlacedIn);
    if (request % onePlacedIn === 0) return placed;
    return placed - Math.floor(random() * Math.min(placed + 1, askAgainWithin));
  });
}
