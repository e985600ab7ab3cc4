import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { reasonOf, UnknownOutcome } from '#lib/payment-provider/provider.ts';
import { closeDb, sql } from '#lib/platform/database/db.ts';
import { env } from '#lib/platform/env.ts';
import { closeDay, readClosed } from '#lib/reconciliation/close-day.ts';
import { readDays } from '#lib/reconciliation/day-figures.ts';
import { type Discrepancy, isKind } from '#lib/reconciliation/discrepancy.ts';
import { reconcile } from '#lib/reconciliation/reconcile.ts';
import { accept, readDiscrepancies, readOpen } from '#lib/reconciliation/record.ts';
import { repairDiscrepancy, repairOf } from '#lib/reconciliation/repair.ts';
import type { Run } from '#lib/reconciliation/runs.ts';
import { Advice, orUsage, usageOf, wordsFor } from '../advice.ts';
import { fillOperatorEnv } from '../order/operator-env.ts';
import { acceptMany } from './accept-many.ts';
import { daysToCsv, daysToText } from './days.ts';
import { describeDiscrepancy, toJson, toText } from './describe.ts';

/** `npm run reconcile`: compares the books, and repairs or explains what differs. */

const usage = usageOf(import.meta.filename);

const options = {
  json: { type: 'boolean', default: false },
  csv: { type: 'boolean', default: false },
  repair: { type: 'boolean', default: false },
  from: { type: 'string' },
  to: { type: 'string' },
  by: { type: 'string' },
  note: { type: 'string' },
  about: { type: 'string' },
  yes: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

interface Flags {
  json: boolean;
  csv: boolean;
  repair: boolean;
  from?: string;
  to?: string;
  by?: string;
  note?: string;
  about?: string;
  yes?: string;
}

/** The flags that only `accept` reads. */
const flagsOfAccept = ['about', 'yes'] as const;

/** Exit codes. */
const nothingOpen = 0;
const someOpen = 1;
const notFinished = 2;

/** Another process keeps a run for a minute after it was killed. */
const waitForOtherMs = 70_000;

type Command = (named: string | undefined, flags: Flags) => Promise<number>;

const commands: Record<string, Command> = {
  async show(id) {
    console.log(await describeDiscrepancy(await find(id)));
    return nothingOpen;
  },

  async repair(id, flags) {
    const discrepancy = await find(id);
    const isGone = await repairDiscrepancy(discrepancy, { actor: operator(flags), note: flags.note });
    console.log(
      isGone
        ? `Repaired: it ${repairOf(discrepancy.kind)?.does}. Both sides agree now.`
        : `Both sides still differ after the repair. npm run reconcile -- show ${discrepancy.id}  says how.`,
    );
    return isGone ? nothingOpen : someOpen;
  },

  async accept(named, flags) {
    const by = { actor: operator(flags), note: flags.note };
    if (isKind(named)) {
      const { about, yes } = flags;
      const [from, to] = [readTime('from', flags.from), readTime('to', flags.to)];
      const { text, isDone } = await acceptMany({ kind: named, about, from, to }, by, yes);
      console.log(text);
      return isDone ? nothingOpen : someOpen;
    }
    if (flags.about !== undefined || flags.yes !== undefined)
      throw new Advice(`--about and --yes are for accept <kind>. Nothing was changed.\n\n${usage}`);
    await accept(await find(named), by);
    console.log('Accepted. It opens again if one side changes.');
    return nothingOpen;
  },

  async days(named, { from, to, json, csv }) {
    if (named !== undefined) throw new Advice(`Unexpected argument '${named}'\n\n${usage}`);
    const [first, last] = [readDay(from) ?? dayAgo(30), readDay(to) ?? dayAgo(0)];
    const [days, closed] = [await readDays(first, last), await readClosed(first, last)];
    const text = `${daysToText(days, closed)}\n${await lastCompared()}`;
    console.log(json ? JSON.stringify({ days, closed }) : csv ? daysToCsv(days, closed) : text);
    return nothingOpen;
  },

  async close(named, flags) {
    const day = readDay(named);
    if (day === undefined) throw new Advice(`close needs a day like 2026-05-03\n\n${usage}`);
    const closed = await closeDay(day, { signedBy: operator(flags).name, note: flags.note });
    console.log(daysToText(closed, closed));
    return nothingOpen;
  },
};

/** What the provider's columns are based on: orders since then show as a difference. */
async function lastCompared(): Promise<string> {
  const [run] = await sql().$queryRaw<{ at: Date }[]>`
    SELECT started_at AS at FROM reconciliation WHERE is_whole AND finished_at IS NOT NULL
    ORDER BY started_at DESC LIMIT 1`;
  return run
    ? `The provider's amounts are those of ${run.at.toISOString()}. Orders since then are a difference until npm run reconcile.`
    : "The provider's amounts are not known yet: npm run reconcile";
}

async function find(id: string | undefined): Promise<Discrepancy> {
  if (id === undefined || !/^[0-9a-f-]{4,36}$/i.test(id)) {
    throw new Advice(
      `Name a discrepancy by its id, or by the beginning of it, or for accept a kind\n\n${usage}`,
    );
  }
  const [discrepancy, another] = await readDiscrepancies(id.toLowerCase());
  if (!discrepancy) throw new Advice(`there is no discrepancy ${id}: npm run reconcile  lists them`);
  if (another) throw new Advice(`more than one discrepancy begins with ${id}: name more of it`);
  return discrepancy;
}

function operator({ by }: Flags): { kind: 'operator'; name: string } {
  const name = (by ?? os.userInfo().username).trim();
  if (name === '') throw new Advice('--by needs a name');
  return { kind: 'operator', name };
}

async function compare(flags: Flags): Promise<number> {
  const run = await runNow(flags);
  const discrepancies = await readOpen(run.id);
  console.log(flags.json ? toJson(run, discrepancies) : await toText(run, discrepancies));
  return discrepancies.some(({ state }) => state === 'open') ? someOpen : nothingOpen;
}

/**
 * Finishes the run that another process left, if there is one, and then makes the one that was asked for. Times are by
 * the database's clock.
 */
async function runNow(flags: Flags): Promise<Run> {
  const begun = await readClock();
  const [from, to] = [readTime('from', flags.from), readTime('to', flags.to)];
  const isAsked = (run: Run) =>
    run.startedAt >= begun &&
    run.isWhole === (from === undefined && to === undefined) &&
    (from === undefined || run.from.getTime() === from.getTime()) &&
    (to === undefined || run.to.getTime() === Math.min(to.getTime(), run.startedAt.getTime()));
  const onProgress = flags.json ? undefined : progress();
  const asked = {
    from,
    to,
    repairs: flags.repair,
    actor: operator(flags),
    untilMs: Number.POSITIVE_INFINITY,
  };
  let waitUntil = performance.now() + waitForOtherMs;
  for (;;) {
    const run = await reconcile({ ...asked, onProgress });
    if (typeof run === 'object' && isAsked(run)) return run;
    if (typeof run === 'object') waitUntil = performance.now() + waitForOtherMs;
    else if (performance.now() > waitUntil)
      throw new Advice('another process is reconciling: try again in a minute');
    else await sleep(1_000);
  }
}

const doing: Record<Run['step'], string> = {
  list: 'listing the provider',
  orders: 'comparing orders',
  stock: 'comparing stock',
  days: 'comparing closed days',
  confirm: 'looking at the differences again',
  repair: 'repairing',
  done: 'done',
};

/** A line on standard error for each step, and for each tenth of the orders. */
function progress(): (run: Run) => void {
  let last = '';
  return ({ step, position, parts }) => {
    const tenth = step === 'orders' ? ` ${Math.floor((Number(position ?? 0) * 10) / parts) * 10} %` : '';
    const line = `${doing[step]}${tenth}`;
    if (line !== last) console.error(line);
    last = line;
  };
}

function readTime(name: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const time = new Date(text);
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(time.getTime()))
    throw new Advice(`--${name} must be a date like 2026-05-03, not "${text}"`);
  return time;
}

/** In whole milliseconds, as a run's times are stored. */
async function readClock(): Promise<Date> {
  const [row] = await sql().$queryRaw<{ now: Date }[]>`SELECT date_trunc('milliseconds', now()) AS now`;
  return row?.now ?? new Date();
}

function readDay(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(Date.parse(text)))
    throw new Advice(`a day looks like 2026-05-03, not "${text}"`);
  return text;
}

/** In the shop's time zone. */
function dayAgo(days: number): string {
  const { SHOP_TIME_ZONE: timeZone } = env();
  return new Intl.DateTimeFormat('en-CA', { timeZone }).format(Date.now() - days * 24 * 60 * 60_000);
}

async function main(args: string[]): Promise<number> {
  const { positionals, values } = orUsage(usage, () => parseArgs({ args, options, allowPositionals: true }));
  if (values.help) {
    console.log(usage);
    return nothingOpen;
  }
  const [name, named, ...rest] = positionals;
  if (rest.length > 0) throw new Advice(`Unexpected argument '${rest[0]}'\n\n${usage}`);
  const command = name === undefined || !Object.hasOwn(commands, name) ? undefined : commands[name];
  if (name !== undefined && !command) throw new Advice(`Unknown command '${name}'\n\n${usage}`);
  const ignored = flagsOfAccept.find((flag) => values[flag] !== undefined);
  if (ignored && name !== 'accept')
    throw new Advice(`--${ignored} is only for accept; nothing was changed\n\n${usage}`);
  fillOperatorEnv(process.env);
  // Domain logs belong in the shop's log. This command prints its errors as sentences.
  process.env.LOG_LEVEL ??= 'silent';
  return command ? command(named, values) : compare(values);
}

function wordsForReconcile(error: unknown): string {
  if (error instanceof UnknownOutcome)
    return `Not finished: ${reasonOf(error)}. What was compared so far is kept; the same command continues.`;
  return wordsFor(error);
}

process.exitCode = await main(process.argv.slice(2))
  .catch((error: unknown) => {
    console.error(wordsForReconcile(error));
    return notFinished;
  })
  .finally(closeDb);
