import { orderWriter } from '#lib/orders/batch/order-writer.ts';
import { processWide } from '#lib/platform/process-wide.ts';

/**
 * Whom there is room for. In a rush that lasts, whoever is let in beyond what can be written only
 * makes everybody wait; told at once, they come again, and the orders of those who are in go on.
 */

/** Submissions in this process at a time: what the writer clears in about half a second. */
const maxInFlight = 1_024;

/** A form that is refused loses what was typed unless it is read first: it has more room. */
const maxFormsInFlight = 4_096;

/**
 * How long the first of those who wait may have waited for more to be let in. A crowd that comes
 * all at once is not refused by this, one that keeps coming is: the limit is a time, so it holds on
 * a slow machine, too.
 */
const maxDelayMs = 1_000;

/** As many are answered at once: about one batch that is written, and one that is read meanwhile. */
const inFlightAtEase = 48;

const inFlight = () => processWide('ordersInFlight', () => ({ count: 0 }));

/** Whether a submission shall be refused as `overloaded`, before its body is read. */
export function isBusy({ isForm }: { isForm: boolean }): boolean {
  const { count } = inFlight();
  if (isForm) return count >= maxFormsInFlight;
  return count >= maxInFlight || orderWriter().delayMs() > maxDelayMs;
}

/** How many more could be let in and would still be answered without a wait; 0 or less when none. */
export function roomForMore(): number {
  return inFlightAtEase - inFlight().count;
}

/**
 * Counts a submission whose body is here: one that trickles in takes no place from another. What it
 * returns gives the place back, once, however often it is called.
 */
export function enter(): () => void {
  inFlight().count += 1;
  let left = false;
  return () => {
    if (!left) inFlight().count -= 1;
    left = true;
  };
}
