import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';
import { type Row, updatePage } from '#proof/mutation/page.ts';
import { type Room, rooms } from '#proof/mutation/rooms.ts';
import { Advice, orUsage, usageOf, wordsFor } from '#scripts/advice.ts';
import { dim, say } from '#scripts/launch/progress.ts';

/**
 * `npm run mutate`: breaks the rules and guards of an order and its payment, one small change at a time, and
 * checks whether a test notices. `npm run mutate -- --only lib/checkout/gateway/claim.ts` breaks some files,
 * or a room by its name. `--workers 1` keeps a core free. The figures go into docs/mutation.md.
 */

type MutantResult = Awaited<ReturnType<Stryker['runMutationTest']>>[number];

const root = path.resolve(import.meta.dirname, '../..');

async function main(): Promise<void> {
  const options = {
    only: { type: 'string', default: '' },
    workers: { type: 'string', default: '2' },
  } as const;
  const { values } = orUsage(usageOf(import.meta.filename), () => parseArgs({ options }));
  if (!/^[1-9]\d?$/.test(values.workers)) {
    throw new Advice(`--workers takes a whole number from 1 to 99, not "${values.workers}"`);
  }
  const chosen = choose(values.only.split(',').filter(Boolean));
  const rows: Row[] = [];
  for (const room of chosen) {
    const mutants = await mutate(room, Number(values.workers));
    showSurvivors(mutants);
    rows.push(...room.mutate.map((file) => rowOf(file, mutants)));
  }
  await updatePage(path.join(root, 'docs', 'mutation.md'), rows);
  for (const { file, mutants, found } of rows) say(`${file.padEnd(38)} ${found} of ${mutants} noticed`);
}

/** Returns all rooms, or only those that match the given names or files. */
function choose(only: string[]): Room[] {
  const known = new Set(rooms.flatMap(({ name, mutate }) => [name, ...mutate]));
  const unknown = only.filter((one) => !known.has(one));
  if (unknown.length > 0) {
    throw new Advice(`Nothing is called ${unknown.join(' or ')}. There are:\n${[...known].join('\n')}`);
  }
  if (only.length === 0) return rooms;
  return rooms
    .map((room) =>
      only.includes(room.name)
        ? room
        : { ...room, mutate: room.mutate.filter((file) => only.includes(file)) },
    )
    .filter(({ mutate }) => mutate.length > 0);
}

function mutate(
  { name, mutate, tests, without, patienceMs }: Room,
  concurrency: number,
): Promise<MutantResult[]> {
  say(`\n${name}: ${mutate.length} files`);
  const report = (kind: string) => ({ fileName: path.join(root, '.data', 'mutation', `${name}.${kind}`) });
  // Read by proof/mutation/vitest.config.ts in the processes that run the tests.
  process.env.MUTATION_TESTS = tests.join();
  return new Stryker({
    configFile: path.join(import.meta.dirname, 'stryker.config.mjs'),
    mutate,
    mutator: { plugins: null, excludedMutations: without },
    concurrency,
    timeoutMS: patienceMs,
    htmlReporter: report('html'),
    jsonReporter: report('json'),
  }).runMutationTest();
}

/** A mutant is found if a test failed or timed out. A mutant that no test reaches is not found. */
const isFound = ({ status }: MutantResult) => status === 'Killed' || status === 'Timeout';
const isLost = ({ status }: MutantResult) => status === 'Survived' || status === 'NoCoverage';

function rowOf(file: string, all: MutantResult[]): Row {
  const own = all.filter(({ fileName }) => path.relative(root, fileName) === file);
  const found = own.filter(isFound).length;
  const waited = own.filter(({ status }) => status === 'Timeout').length;
  return {
    file,
    mutants: found + own.filter(isLost).length,
    found,
    waited,
    date: new Date().toISOString().slice(0, 10),
  };
}

function showSurvivors(mutants: MutantResult[]): void {
  for (const { fileName, location, mutatorName, replacement, status } of mutants.filter((one) =>
    isLost(one),
  )) {
    const place = `${path.relative(root, fileName)}:${location.start.line}:${location.start.column}`;
    say(`${place}  ${dim(`${status}, ${mutatorName}`)}  ${replacement.replace(/\s+/g, ' ').slice(0, 80)}`);
  }
}

// Low priority: a run takes long, and other programs on the machine should not wait for it.
os.setPriority(os.constants.priority.PRIORITY_LOW);
await main().catch((error: unknown) => {
  console.error(wordsFor(error));
  process.exitCode = 1;
});
