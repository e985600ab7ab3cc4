import pg from 'pg';
import { closeDb } from '#lib/platform/database/db.ts';
import { closeRedis } from '#lib/platform/redis/redis.ts';
import type { Caller } from '#proof/bench/calls/kinds.ts';
import type { Kind } from '#proof/bench/calls/measure-kind.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';

/** What belongs to one shopper, or to one request. */
type Name = 'userId' | 'cartId' | 'sku' | 'orderId' | 'quantity';

/** What a value of a statement means, so that the statement can be sent for another shopper. */
type Value = { of: Name } | { literal: unknown };

/** A JSON call: the statements that the shop sends for it, and its answer. */
export interface RecordedCall {
  name: string;
  /** In the order in which they were sent. `BEGIN` and `COMMIT` have no values. */
  statements: { text: string; values: Value[] }[];
  answer: unknown;
}

interface Statement {
  text: string;
  values: unknown[];
}

/**
 * Makes each call once with the shop's own handlers in this process, and notes the statements that they
 * send to the driver. So the yardstick always sends what the shop sends, and as many. `callerOf` is the
 * shopper of a kind's first request.
 */
export async function recordCalls(
  kinds: Kind[],
  callerOf: (name: string) => Caller,
): Promise<RecordedCall[]> {
  const recorded: RecordedCall[] = [];
  try {
    for (const { name, requests } of kinds) {
      const [first] = requests;
      if (!first) continue;
      // The first call opens connections and fills the memory of the process. The last request of a cart
      // edit is of another quantity, so that the recorded one is a real edit.
      await answerOf(requests.at(-1) ?? first);
      const { value, statements } = await withStatements(() => answerOf(first));
      const known = valuesOf(callerOf(name), first.body);
      recorded.push({
        name,
        statements: statements.map((statement) => asTemplate(statement, known)),
        answer: value,
      });
    }
    return recorded;
  } finally {
    await Promise.all([closeDb(), closeRedis()]);
  }
}

async function answerOf({ method, url, headers, body }: Kind['requests'][number]): Promise<unknown> {
  // Without the others, because no server is there to agree with them on its host.
  const { cookie = '', 'content-type': type = '' } = headers;
  const response = await callHandlers(url, { method, headers: { cookie, 'content-type': type }, body });
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** Runs `run` and notes each statement that a connection of the driver is given meanwhile. */
async function withStatements<Result>(
  run: () => Promise<Result>,
): Promise<{ value: Result; statements: Statement[] }> {
  const statements: Statement[] = [];
  const original = pg.Client.prototype.query;
  const noting = function (this: pg.Client, ...args: unknown[]) {
    const [query, values] = args as [string | { text: string; values?: unknown[] }, unknown];
    const text = typeof query === 'string' ? query : query.text;
    const given = typeof query === 'string' ? undefined : query.values;
    statements.push({ text, values: given ?? (Array.isArray(values) ? values : []) });
    return (original as (...all: unknown[]) => unknown).apply(this, args);
  };
  pg.Client.prototype.query = noting as typeof original;
  try {
    return { value: await run(), statements };
  } finally {
    pg.Client.prototype.query = original;
  }
}

type Known = [name: Name, value: unknown][];

function valuesOf({ userId, cartId, sku, orderId }: Caller, body: string | undefined): Known {
  const quantity = body === undefined ? undefined : (JSON.parse(body) as { quantity: number }).quantity;
  const known: Known = [
    ['userId', userId],
    ['cartId', cartId],
    ['sku', sku],
    ['orderId', orderId],
    ['quantity', quantity],
  ];
  return known.filter(([, value]) => value !== undefined);
}

/** The statement with names in place of the values that belong to one shopper. */
export function asTemplate({ text, values }: Statement, known: Known): RecordedCall['statements'][number] {
  return {
    text,
    values: values.map((value) => {
      const name = known.find(([, one]) => one === value)?.[0];
      return name ? { of: name } : { literal: value };
    }),
  };
}
