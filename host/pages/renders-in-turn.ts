import type { Handler } from '#host/pages/ask-next.ts';
import { rootFiles } from '#host/pages/root-files.ts';

/**
 * Next renders few pages at a time, and fewer while orders are under way. A render keeps the event loop for
 * milliseconds in each of its steps. Thirty together, as after a change of the catalogue, would each take a step
 * between two steps of an order, and none would be ready sooner. More than one, because a render also waits for the
 * database. Without orders not all of them, because the next order may arrive before they are ready.
 */
const atATime = { withOrders: 2, withoutOrders: 6 };

/** A render that takes longer than this waits for the database or a slow client, and others may begin. */
const longestTurnMs = 1_000;

/** A page that has waited longer is refused: a shopper would have given up, and others have just come. */
const longestWaitMs = 10_000;

/** So many pages take minutes. */
const mostWaiting = 1_000;

/** Files need no render: Next's own, and those of `public` and `app`. */
function isFile(url = ''): boolean {
  const [path = ''] = url.split('?');
  return /^\/(?:_next\/|products\/[\w-]+\.\w+$)/.test(path) || rootFiles.includes(path.slice(1));
}

type Request = Parameters<Handler>[0];
type Response = Parameters<Handler>[1];

interface Waiting {
  until: number;
  /** With whether it may begin. */
  decide: (begins: boolean) => void;
}

/**
 * `ordersUnderWay`: how many orders this process works on now. `refuse` answers a page that would wait too long.
 */
export function rendersInTurn(
  handle: Handler,
  ordersUnderWay: () => number,
  refuse: (request: Request, response: Response) => void,
): Handler {
  const waiting: Waiting[] = [];
  let running = 0;

  const mostNow = () => (ordersUnderWay() > 0 ? atATime.withOrders : atATime.withoutOrders);

  function beginMore(): void {
    const now = performance.now();
    for (let [next] = waiting; next; [next] = waiting) {
      const isLate = next.until < now;
      if (!isLate && running >= mostNow()) return;
      waiting.shift();
      if (!isLate) running += 1;
      next.decide(!isLate);
    }
  }

  function begin(): Promise<boolean> {
    if (waiting.length >= mostWaiting) return Promise.resolve(false);
    return new Promise((decide) => {
      waiting.push({ until: performance.now() + longestWaitMs, decide });
      beginMore();
    });
  }

  /** Returns what ends the turn. It ends by itself after `longestTurnMs`. */
  function takeTurn(): () => void {
    let isOver = false;
    const end = () => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      running -= 1;
      beginMore();
    };
    const timer = setTimeout(end, longestTurnMs);
    return end;
  }

  return async (request, response) => {
    if (isFile(request.url)) return handle(request, response);
    if (!(await begin())) return refuse(request, response);
    const end = takeTurn();
    try {
      // The client may have left while its page waited.
      if (!response.destroyed) await handle(request, response);
    } finally {
      end();
    }
  };
}
