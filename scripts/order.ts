import { createHash } from 'node:crypto';
import os from 'node:os';
import { parseArgs } from 'node:util';
import { cancelOrder } from '#lib/order-management/cancel-order.ts';
import { fulfilOrder } from '#lib/order-management/fulfil-order.ts';
import { refundOrder } from '#lib/order-management/refund-order.ts';
import type { ActorOf } from '#lib/orders/actor.ts';
import { findOrder, type OrderKey } from '#lib/orders/read/find-order.ts';
import { UnknownOutcome } from '#lib/payment-provider/provider.ts';
import { closeDb, db } from '#lib/platform/database/db.ts';
import { formatMoney, parseMoney } from '#lib/platform/money.ts';
import { revokeSessions } from '#lib/platform/session/session-revocations.ts';
import { isUuid, uuid8From } from '#lib/platform/text/uuid.ts';
import { Advice, orUsage, usageOf, wordsFor } from './advice.ts';
import { describeOrder } from './order/describe-order.ts';
import { fillOperatorEnv } from './order/operator-env.ts';

/** `npm run order`: an operator's actions on one order. */

const usage = usageOf(import.meta.filename);

const options = {
  amount: { type: 'string' },
  attempt: { type: 'string' },
  reason: { type: 'string' },
  id: { type: 'string' },
  by: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

interface Flags {
  amount?: string;
  attempt?: string;
  reason?: string;
  id?: string;
  by?: string;
  help?: boolean;
}

/** The flags that only `refund` reads. */
const refundFlags = ['amount', 'attempt', 'reason', 'id'] as const;

type Command = (order: OrderKey, actor: ActorOf<'operator'>, flags: Flags) => Promise<string>;

const commands: Record<string, Command> = {
  show: describeOrder,

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

async function refund(order: OrderKey, actor: ActorOf<'operator'>, flags: Flags): Promise<string> {
  const { userId, orderId, number, currency } = order;
  const amountMinor = readAmount(flags.amount, currency);
  const attempt = readAttempt(flags.attempt);
  const reason = flags.reason ?? 'refunded by an operator';
  if (flags.id !== undefined && !isUuid(flags.id)) throw new Advice(`--id must be a UUID, not "${flags.id}"`);
  const named = attempt === undefined ? [] : [`attempt ${attempt}`];
  const id = flags.id ?? refundIdOf([orderId, String(amountMinor ?? 'all'), reason, ...named]);
  const { created, status } = await refundOrder({
    userId,
    orderId,
    id,
    amountMinor,
    attempt,
    reason,
    actor,
  });
  const refunded = await db().refund.findUniqueOrThrow({
    where: { userId_orderId_id: { userId, orderId, id } },
  });
  const done = created
    ? `A refund of ${await whatWasRequested(order, refunded)}`
    : `This refund of attempt ${refunded.attempt} of order ${number} was requested before; nothing was refunded now. For another one of the same day give another --reason or --id.`;
  return `${done} ${ends[status]}\n  refund ${id}`;
}

/** Describes the requested refund: its amount and attempt, and the order's status after it. */
async function whatWasRequested(
  { userId, orderId, number, currency }: OrderKey,
  { attempt, amountMinor }: { attempt: number; amountMinor: number },
): Promise<string> {
  const order = await db().order.findUniqueOrThrow({ where: { userId_id: { userId, id: orderId } } });
  const what = `${formatMoney(amountMinor, currency)} of attempt ${attempt} of order ${number} was requested.`;
  const { status, paidAttempt } = order;
  return paidAttempt === null || paidAttempt === attempt
    ? `${what} The order is ${status}.`
    : `${what} Another attempt pays the order, which stays ${status}.`;
}

const ends = {
  succeeded: 'The provider has confirmed it.',
  created: 'The provider has not confirmed it yet; a job keeps asking.',
  failed:
    'The provider did NOT refund it: nothing was left to refund, or you must pay the shopper another way. To refund other money of the order, use --attempt; npm run order -- show  lists the attempts.',
};

function readAmount(amount: string | undefined, currency: string): number | undefined {
  if (amount === undefined) return undefined;
  const minor = parseMoney(amount, currency);
  if (minor !== undefined && minor > 0) return minor;
  throw new Advice(`--amount must be an amount of ${currency} like 12.50, not "${amount}"`);
}

function readAttempt(attempt: string | undefined): number | undefined {
  if (attempt === undefined) return undefined;
  if (/^[1-9]\d{0,3}$/.test(attempt)) return Number(attempt);
  throw new Advice(`--attempt must be the number of an attempt, as "show" lists them, not "${attempt}"`);
}

/** Derives the id from the request and the date, so that a command typed twice on one day refunds once. */
function refundIdOf(what: string[]): string {
  const day = new Date().toISOString().slice(0, 10);
  return uuid8From(
    createHash('sha256')
      .update([...what, day].join('\n'))
      .digest(),
  );
}

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
  console.log(await command(order, { kind: 'operator', name: by }, values));
  return 0;
}

/** Reads the command and its order. A flag that the command would ignore is refused, too. */
function readCommand([name, wanted, ...rest]: string[], flags: Flags): { command: Command; wanted: string } {
  const refuse = (why: string) => new Advice(`${why}\n\n${usage}`);
  if (name === undefined) throw refuse('What should be done with which order?');
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw refuse(`Unknown command '${name}'`);
  if (!wanted) throw refuse(`Which order? Add its number to ${name}`);
  if (rest.length > 0) throw refuse(`Unexpected argument '${rest[0]}'`);
  const ignored = refundFlags.find((flag) => flags[flag] !== undefined);
  if (ignored && command !== refund) throw refuse(`--${ignored} is only for refund; nothing was changed`);
  return { command, wanted };
}

function readArgs(args: string[]): { positionals: string[]; values: Flags } {
  return orUsage(usage, () => parseArgs({ args, options, allowPositionals: true }));
}

function wordsForOrder(error: unknown): string {
  if (error instanceof UnknownOutcome) {
    return 'The payment provider gave no answer. Nothing was changed here; the same command again is safe.';
  }
  return wordsFor(error);
}

process.exitCode = await main(process.argv.slice(2))
  .catch((error: unknown) => {
    console.error(wordsForOrder(error));
    return 1;
  })
  .finally(closeDb);
