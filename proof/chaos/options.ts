import { randomInt } from 'node:crypto';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { orUsage, usageOf } from '#scripts/advice.ts';

export interface Options {
  seed: number;
  minutes: number;
  /** Run this one round only. */
  round: number | undefined;
  /** Names of faults, or parts of names; empty for all. */
  only: string[];
  /** A check of the shop and no proof: only violations fail it, and it writes no page. */
  isCheck: boolean;
  /** server.ts on a build; otherwise processes with the same handlers but without Next. */
  built: boolean;
}

export const usage = usageOf(path.join(import.meta.dirname, 'run.ts'));

const flags = {
  minutes: { type: 'string' },
  long: { type: 'boolean', default: false },
  seed: { type: 'string' },
  round: { type: 'string' },
  only: { type: 'string', default: '' },
  handlers: { type: 'boolean', default: false },
  check: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const usualMinutes = 10;
const longMinutes = 60;

/** Throws with a sentence for the user. `known` are the names of all faults. */
export function readOptions(args: string[], known: readonly string[]): Options | 'help' | 'list' {
  const { values } = orUsage(usage, () => parseArgs({ args, options: flags }));
  if (values.help) return 'help';
  if (values.list) return 'list';
  const only = values.only.split(',').filter(Boolean);
  const unknown = only.filter((part) => !known.some((name) => name.includes(part)));
  if (unknown.length > 0) throw new Error(`no fault is called ${unknown.join(' or ')}; --list shows them`);
  return {
    seed: values.seed === undefined ? randomInt(2 ** 31) : wholeNumber('seed', values.seed, 0),
    minutes:
      values.minutes === undefined
        ? values.long
          ? longMinutes
          : usualMinutes
        : wholeNumber('minutes', values.minutes, 1),
    round: values.round === undefined ? undefined : wholeNumber('round', values.round, 1),
    only,
    isCheck: values.check,
    built: !values.handlers,
  };
}

function wholeNumber(flag: string, value: string, least: number): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw new Error(`--${flag} takes a whole number from ${least} up, not "${value}"`);
}
