import os from 'node:os';
import { parseArgs } from 'node:util';
import { cancelOrder } from '#lib/order-management/cancel-order.ts';
import { fulfilOrder } from '#lib/order-management/fulfil-order.ts';
import type { ActorOf } from '#lib/orders/actor.ts';
import { findOrder, type OrderKey } from '#lib/orders/read/find-order.ts';
import { reasonOf, UnknownOutcome } from '#lib/payment-provider/provider.ts';
import { closeDb } from '#lib/platform/database/db.ts';
import { revokeSessions } from '#lib/platform/session/session-revocations.ts';
import { Advice, orUsage, usageOf, wordsFor } from './advice.ts';
import { describeOrder } from './order/describe-order.ts';
import { fillOperatorEnv } from './order/operator-env.ts';
import { proveOrder } from './order/prove-order.ts';
import { refund } from './order/refund.ts';

/** `npm run order`: an operator's actions on one order. */

const usage = usageOf(import.meta.filename);

const options = {
  amount: { type: 'string' },
  attempt: { type: 'string' },
  reason: { type: 'string' },
  id: { type: 'string' },
  by: { type: 'string' },
  json: { type: 'boolean' },
  'edge-log': { type: 'string', multiple: true },
  help: { type: 'boolean', short: 'h' },
} as const;

interface Flags {
  amount?: string;
  attempt?: string;
  reason?: string;
  id?: string;
  by?: string;
  json?: boolean;
  'edge-log'?: string[];
  help?: boolean;
}

/** The flags that only one command reads. */
const ownFlags = {
  refund: ['amount', 'attempt', 'reason', 'id'],
  proof: ['json', 'edge-log'],
} as const;

/** What is printed, with an exit code if that is not 0. */
type Told = string | { text: string; exitCode: number };

type Command = (order: OrderKey, actor: ActorOf<'operator'>, flags: Flags) => Promise<Told>;

const commands: Record<string, Command> = {
  show: describeOrder,

  proof: (order, _, flags) => proveOrder(order, { json: flags.json, edgeLogs: flags['edge-log'] }),

  async fulfil({ userId, orderId, number }, actor) {
    const { changed } = await fulfilOrder({ userId, orderId, actor });
    return changed
      ? `Order ${number} is fulfilled.`
      : `Order ${number} was fulfilled already. Nothing was changed.`;
  },

  async cancel({ userId, orderId, number }, actor) {
    const { changed } = await cancelOrder({ userId, id: orderId, actor });
    return changed
      ? `Order ${number} is cancelled. npm run order -- show ${number}  shows its payments and refunds.`
      : `Order ${number} had ended already. Nothing was changed.`;
  },

  refund,

  async 'sign-out'({ userId, number }) {
    await revokeSessions(userId);
    return `Every session of the shopper of order ${number} is ended. Servers know within 10 seconds.`;
  },
};

async function main(args: string[]): Promise<number> {
  const { positionals, values } = readArgs(args);
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const { command, wanted } = readCommand(positionals, values);
  // The order's record names the person who did it.
  const by = (values.by ?? os.userInfo().username).trim();
  if (by === '') throw new Advice('--by needs a name');
  fillOperatorEnv(process.env);
  // Domain logs belong in the shop's log. This command prints its errors as sentences.
  process.env.LOG_LEVEL ??= 'silent';
  const order = await findOrder(wanted);
  if (!order) throw new Advice(`there is no order ${wanted}`);
  const told = await command(order, { kind: 'operator', name: by }, values);
  const { text, exitCode } = typeof told === 'string' ? { text: told, exitCode: 0 } : told;
  console.log(text);
  return exitCode;
}

/** Reads the command and its order. A flag that the command would ignore is refused, too. */
function readCommand([name, wanted, ...rest]: string[], flags: Flags): { command: Command; wanted: string } {
  const refuse = (why: string) => new Advice(`${why}\n\n${usage}`);
  if (name === undefined) throw refuse('What should be done with which order?');
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw refuse(`Unknown command '${name}'`);
  if (!wanted) throw refuse(`Which order? Add its number to ${name}`);
  if (rest.length > 0) throw refuse(`Unexpected argument '${rest[0]}'`);
  for (const [owner, itsFlags] of Object.entries(ownFlags)) {
    const ignored = itsFlags.find((flag) => flags[flag] !== undefined);
    if (ignored && name !== owner) throw refuse(`--${ignored} is only for ${owner}; nothing was changed`);
  }
  return { command, wanted };
}

function readArgs(args: string[]): { positionals: string[]; values: Flags } {
  return orUsage(usage, () => parseArgs({ args, options, allowPositionals: true }));
}

function wordsForOrder(error: unknown): string {
  if (error instanceof UnknownOutcome) {
    return `Not done: ${reasonOf(error)}. Nothing was changed here; the same command again is safe.`;
  }
  return wordsFor(error);
}

process.exitCode = await main(process.argv.slice(2))
  .catch((error: unknown) => {
    console.error(wordsForOrder(error));
    return 1;
  })
  .finally(closeDb);
