import { readFileSync, watchFile, writeFileSync } from 'node:fs';

/**
 * Preloaded into the harness's processes only (`node --import`). It moves the process's wall clock (`Date`,
 * with and without `new`) by the milliseconds in the file CLOCK_FILE, now and whenever that changes.
 * Elapsed time (`performance.now`, timers) is not affected, as on a machine whose clock is set. The
 * clocks of the database, of Redis and of the provider are not affected either.
 */

const file = process.env.CLOCK_FILE as string;
const lookEveryMs = 50;
const truly = Date.now;
let offsetMs = 0;

function look(): void {
  const told = readFileSync(file, 'utf8');
  offsetMs = Number(told);
  writeFileSync(`${file}.seen`, told);
}

const now = () => truly() + offsetMs;
Date.now = now;
const moved = new Proxy(Date, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length > 0 ? args : [now()], newTarget),
  apply: (target) => new target(now()).toString(),
});
Date.prototype.constructor = moved;
globalThis.Date = moved;

look();
watchFile(file, { interval: lookEveryMs, persistent: false }, look);
