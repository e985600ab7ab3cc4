import { readFileSync, watchFile, writeFileSync } from 'node:fs';

/**
 * Loaded before a process of the lab (`node --import`), and by nothing else: moves its wall clock
 * (`Date`, with and without `new`) by as many milliseconds as the file CLOCK_FILE says, now and
 * whenever that changes. What measures time and does not tell it (`performance.now`, timers) goes on
 * as before, as it does on a machine whose clock is set; so do the clocks of the database, of Redis
 * and of the provider.
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
