import type { Fault } from './fault.ts';

/** Wrong clocks: by minutes, hours, a day. They are moved, and corrected again, while the shop is working. */

const minutes = [2, 10, 90, 600, 1_800];

const directions = { ahead: 1, behind: -1 };

export const clockFaults: Fault[] = (['app', 'worker'] as const).flatMap((at) =>
  Object.entries(directions).map(
    ([direction, sign]): Fault => ({
      name: `${at} clock ${direction}`,
      at,
      inject: ({ apps, worker }, random) =>
        (at === 'worker' ? worker : random.pick(apps)).moveClock(sign * random.pick(minutes) * 60_000),
    }),
  ),
);
