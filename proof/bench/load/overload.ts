import { setTimeout as sleep } from 'node:timers/promises';
import { openConnections, type Target } from './connection.ts';
import { countStatuses, type LoadResult, startRecord } from './record.ts';

/** An open load far above the server's capacity. */
export interface OverloadResult extends LoadResult {
  /** For each request, the order that it submitted. */
  orderOf: Int32Array;
  /** Requests that were due. */
  due: number;
  /** Requests that were not sent when due, because no connection or no order was free. */
  unsent: number;
  /** 201s in each second while the overload lasted. */
  acceptedEachSecond: number[];
}

/**
 * Offers `perSecond` submissions per second for `seconds`. A refused order is submitted again with the
 * same token, after all other waiting orders: shoppers are told that this is safe. A request that finds
 * no free connection is dropped, because clients that could not connect are not a queue that the server
 * has to process later. Calls `onOver` when it sends no more requests, and resolves when all of them are
 * answered.
 */
export async function overload(
  target: Target,
  orders: Buffer[],
  options: { perSecond: number; seconds: number; connections: number; onOver: () => void },
): Promise<OverloadResult> {
  const { perSecond, seconds, connections, onOver } = options;
  const pool = openConnections(target, connections);
  const idle = [...pool.all];
  const due = perSecond * seconds;
  const record = startRecord(due);
  const orderOf = new Int32Array(due);
  const waiting = makeQueue(orders.length);
  const acceptedEachSecond = Array.from({ length: seconds }, () => 0);
  let sent = 0;
  let next = 0;
  let open = 0;

  function send(dueAt: number): void {
    const connection = idle.pop();
    const order = connection && waiting.take();
    if (connection === undefined || order === undefined) {
      if (connection) idle.push(connection);
      return;
    }
    const request = sent++;
    orderOf[request] = order;
    record.sent();
    open += 1;
    connection.send(orders[order] as Buffer, (answer) => {
      open -= 1;
      idle.push(connection);
      record.settle(request, answer, dueAt);
      if (answer?.status !== 201) return waiting.put(order);
      const second = Math.floor((performance.now() - record.began) / 1000);
      if (second < seconds) acceptedEachSecond[second] = (acceptedEachSecond[second] ?? 0) + 1;
    });
  }

  while (next < due) {
    const dueNow = Math.min(due, Math.floor(((performance.now() - record.began) * perSecond) / 1000) + 1);
    for (; next < dueNow; next += 1) send(record.began + (next * 1000) / perSecond);
    await sleep(1);
  }
  const lasted = (performance.now() - record.began) / 1000;
  onOver();
  while (open > 0) await sleep(5);
  pool.close();
  const all = record.finish();
  const statusOf = all.statusOf.slice(0, sent);
  return {
    ...all,
    seconds: lasted,
    statuses: countStatuses(statusOf),
    statusOf,
    latencyOf: all.latencyOf.slice(0, sent),
    orderOf: orderOf.slice(0, sent),
    due,
    unsent: due - sent,
    acceptedEachSecond,
  };
}

/** A queue of indices below `size`, each in it at most once. It begins with all of them, in order. */
function makeQueue(size: number) {
  const ring = Int32Array.from({ length: size }, (_, index) => index);
  let first = 0;
  let length = size;
  return {
    take(): number | undefined {
      if (length === 0) return undefined;
      const taken = ring[first];
      first = (first + 1) % size;
      length -= 1;
      return taken;
    },
    put(index: number): void {
      ring[(first + length) % size] = index;
      length += 1;
    },
  };
}
