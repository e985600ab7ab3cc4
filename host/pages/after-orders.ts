import type { ServerResponse } from 'node:http';
import { logger } from '#lib/platform/logger.ts';

/**
 * Runs the work of pages so that it never delays an order. An order needs several turns of the event loop: its
 * body, its claim, its batch, its answer. While orders are under way, each turn does the work of one page only,
 * so an order waits for as many pages as it needs turns, however many shoppers browse. Returns false if too
 * many pages wait already: then the work is not done.
 */
export type AfterOrders = (response: Pick<ServerResponse, 'destroyed'>, work: () => void) => boolean;

/** Without orders, a turn works on pages for this long, so that no event waits longer. */
const turnMs = 2;

/** About ten seconds of work. A browser would give up sooner than it gets its turn. */
const mostWaiting = 5_000;

/** How many slots of served pages may stay in the list. Removing them one by one would move all others. */
const removedTogether = 1_000;

interface Waiting {
  response: Pick<ServerResponse, 'destroyed'>;
  work: () => void;
}

/** `ordersUnderWay`: how many orders this process works on now. */
export function makeAfterOrders(ordersUnderWay: () => number): AfterOrders {
  const list: (Waiting | undefined)[] = [];
  let served = 0;
  let isRunning = false;

  function serveNext(): void {
    const next = list[served];
    list[served] = undefined;
    served += 1;
    if (served === removedTogether) {
      list.splice(0, served);
      served = 0;
    }
    // The client has gone.
    if (!next || next.response.destroyed) return;
    try {
      next.work();
    } catch (error) {
      logger().error({ err: error }, 'a page could not be answered');
    }
  }

  function turn(): void {
    const until = performance.now() + turnMs;
    do serveNext();
    while (served < list.length && ordersUnderWay() === 0 && performance.now() < until);
    isRunning = served < list.length;
    if (isRunning) return void setImmediate(turn);
    list.length = 0;
    served = 0;
  }

  return (response, work) => {
    if (!isRunning && ordersUnderWay() === 0) {
      work();
      return true;
    }
    if (list.length - served >= mostWaiting) return false;
    list.push({ response, work });
    if (!isRunning) setImmediate(turn);
    isRunning = true;
    return true;
  };
}
