import { orderWriter } from '#lib/orders/batch/order-writer.ts';
import { processWide } from '#lib/platform/process-wide.ts';

/**
 * Admission control. In a long rush, submissions beyond the writer's throughput only make every shopper
 * wait. Refused immediately, they can be sent again, and the admitted orders continue.
 */

/** Submissions in this process at the same time: what the writer clears in about half a second. */
const maxInFlight = 1_024;

/** Higher, because a form must be read before it is refused: otherwise what was typed is lost. */
const maxFormsInFlight = 4_096;

/**
 * No more submissions are admitted once the oldest waiting one has waited this long. This does not refuse
 * a burst that arrives at the same time, only a rush that continues. The limit is a time, so it also works
 * on a slow machine.
 */
const maxDelayMs = 1_000;

/**
 * This many are answered without a wait: about one batch that is being written and one that is being read
 * at the same time.
 */
const inFlightAtEase = 48;

const inFlight = () => processWide('ordersInFlight', () => ({ count: 0 }));

/** Whether to refuse a submission as `overloaded`, before its body is read. */
export function isBusy({ isForm }: { isForm: boolean }): boolean {
  const { count } = inFlight();
  if (isForm) return count >= maxFormsInFlight;
  return count >= maxInFlight || orderWriter().delayMs() > maxDelayMs;
}

/** How many submissions this process works on now. */
export const ordersUnderWay = (): number => inFlight().count;

/** How many more submissions could be admitted and answered without a wait; 0 or less when none. */
export function roomForMore(): number {
  return inFlightAtEase - inFlight().count;
}

/**
 * Takes a slot for a submission whose body has been read completely, so that slow uploads hold no slots.
 * Returns a function that frees the slot; further calls do nothing.
 */
export function enter(): () => void {
  inFlight().count += 1;
  let left = false;
  return () => {
    if (!left) inFlight().count -= 1;
    left = true;
  };
}
