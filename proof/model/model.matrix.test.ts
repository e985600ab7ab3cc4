import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { ablations, without } from '#proof/model/ablations.ts';
import { explore, type Machine, neverRests } from '#proof/model/explore.ts';
import { allShields, type Guard, type Part, type Shield } from '#proof/model/guards.ts';
import { machineOf } from '#proof/model/machine.ts';
import { scenarios } from '#proof/model/scenarios.ts';
import { isFull } from '#tests/support/matrix.ts';

type Name = keyof typeof scenarios;

const run = (name: Name, dropped: readonly Part[]) => explore(machineOf(scenarios[name], dropped));

/** Budget for one busy core. A shared machine may be several times slower. */
const timeout = 120_000;

/** A lower bound for the explored states: fewer would mean that the exploration skips something. */
const leastStates: Record<Name, { built: number; unshielded: number }> = {
  twoTabs: { built: 8_000, unshielded: 500 },
  lastOne: { built: 8_000, unshielded: 400 },
  foreignToken: { built: 250, unshielded: 35 },
  oneCard: { built: 60_000, unshielded: 8_000 },
  declined: { built: 60_000, unshielded: 25_000 },
  lostReply: { built: 30_000, unshielded: 15_000 },
  bank: { built: 60_000, unshielded: 40_000 },
  slowProvider: { built: 20_000, unshielded: 15_000 },
  lateCharge: { built: 30_000, unshielded: 15_000 },
  secondCard: { built: 40_000, unshielded: 25_000 },
  earlySecondCard: { built: 7_000, unshielded: 5_000 },
  confirmedAgain: { built: 60_000, unshielded: 35_000 },
  confirmedBeside: { built: 90_000, unshielded: 60_000 },
  restored: { built: 30_000, unshielded: 15_000 },
  unbooked: { built: 8_000, unshielded: 2_500 },
  reconciled: { built: 15_000, unshielded: 10_000 },
};

/** The slowest scenarios. Each of the others is explored within a few seconds. */
const large: readonly Name[] = [
  'oneCard',
  'declined',
  'bank',
  'lateCharge',
  'lostReply',
  'slowProvider',
  'secondCard',
  'confirmedAgain',
  'confirmedBeside',
  'restored',
  'reconciled',
];

const names = (Object.keys(leastStates) as Name[]).filter((name) => isFull || !large.includes(name));

describe('every interleaving keeps every promise', { timeout }, () => {
  test.each(names)('%s', (name) => {
    const { counterexample, states, ends } = run(name, []);
    expect(counterexample).toBeUndefined();
    expect(states).toBeGreaterThan(leastStates[name].built);
    expect(ends).toBeGreaterThan(0);
  });
});

describe('no promise depends on a shield', { timeout }, () => {
  test.each(names)('%s, without Redis and single flight', (name) => {
    const { counterexample, states } = run(name, allShields);
    expect(counterexample).toBeUndefined();
    expect(states).toBeGreaterThan(leastStates[name].unshielded);
  });
  test.each(allShields)('two tabs and the last unit, without the %s alone', (shield: Shield) => {
    expect(run('twoTabs', [shield]).counterexample).toBeUndefined();
    expect(run('lastOne', [shield]).counterexample).toBeUndefined();
  });
});

describe('removing a guard breaks a promise', { timeout }, () => {
  const rows = Object.entries(ablations) as [Guard, (typeof ablations)[Guard]][];
  test.each(rows.filter(([, { behind }]) => !behind))(
    'without %s alone a promise breaks',
    (guard, ablation) => {
      expect(run(ablation.scenario, without(ablation, guard)).counterexample).toBeDefined();
    },
  );
  test.each(rows.filter(([, { behind }]) => behind))(
    'without %s a promise breaks only if further guards are missing',
    (guard, ablation) => {
      const { scenario, behind = [] } = ablation;
      expect(run(scenario, without(ablation, guard)).counterexample).toBeUndefined();
      expect(run(scenario, without(ablation, guard, ...behind)).counterexample).toBeDefined();
    },
  );
});

test('the story in docs/model.md is the output of the model', async () => {
  const page = await readFile(new URL('../../docs/model.md', import.meta.url), 'utf8');
  const ablation = ablations.paymentVersion;
  const found = run(ablation.scenario, without(ablation, 'paymentVersion')).counterexample;
  const lines = [...(found?.story ?? []), `broken: ${found?.promise}`];
  expect(lines.length).toBeGreaterThan(10);
  for (const line of lines) expect(page).toContain(line);
});

/** Counts to `rest` and stops there. Without `rest` it cycles for ever. */
const counter = (rest: number | undefined, broken?: number): Machine<number> => ({
  start: 0,
  keyOf: String,
  steps: (at) => (at === rest ? [] : [1, 2].map((by) => ({ says: `+${by}`, next: (at + by) % 10 }))),
  broken: (at) => (at === broken ? 'not there' : undefined),
});

test('the explorer finds a shortest story', () => {
  expect(explore(counter(9, 5)).counterexample).toEqual({ promise: 'not there', story: ['+1', '+2', '+2'] });
});

test('the explorer detects endless runs and bounds that are too wide', () => {
  expect(explore(counter(9)).counterexample).toBeUndefined();
  expect(explore(counter(undefined)).counterexample?.promise).toBe(neverRests);
  expect(() => explore(counter(9), 5)).toThrow('more than 5 states');
});
