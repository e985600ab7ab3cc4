import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Options } from './options.ts';
import type { Round } from './proof.ts';
import { isWhole, resultsOf, updatePage } from './report.ts';

const options: Options = { seed: 7, minutes: 10, round: undefined, only: [], built: true, isCheck: false };

/** The results of a run whose rounds had these faults, with this many strikes each. */
function resultsWith(rounds: Record<string, number>[], skipped: Record<string, string> = {}) {
  const all = rounds.map(
    (strikes, index): Round => ({
      number: index + 1,
      faults: Object.keys(strikes),
      strikes,
      shoppers: 9,
      calls: 99,
      settledMs: 10,
      logLines: 5,
      violations: [],
    }),
  );
  const about = { date: '2026-11-28T00:00:00Z', command: 'npm run prove', minutes: 10, skipped };
  return resultsOf(options, { ...about, rounds: all, wanted: ['cut', 'killed', 'full'] }, []);
}

const pair = { cut: 1, killed: 1 };

test.each<[string, Record<string, number>[], Record<string, string>, boolean]>([
  ['every fault alone, and a pair', [{ cut: 1 }, { killed: 2 }, { full: 3 }, pair], {}, true],
  ['a fault that this machine cannot do', [{ cut: 1 }, { killed: 2 }, pair], { full: 'no disk' }, true],
  ['no pair', [{ cut: 1 }, { killed: 2 }, { full: 3 }], {}, false],
  ['a fault that came only in a pair', [{ cut: 1 }, { full: 3 }, pair], {}, false],
  ['a fault that was not reached', [{ cut: 1 }, { killed: 2 }, pair], {}, false],
  ['a fault that struck nothing', [{ cut: 1 }, { killed: 2 }, { full: 0 }, pair], {}, false],
])('a run with %s: whole or not', (_, rounds, skipped, whole) => {
  expect(isWhole(resultsWith(rounds, skipped), ['cut', 'killed', 'full'])).toBe(whole);
});

test('the results name faults that struck nothing and faults that were not reached', () => {
  const results = resultsWith([{ cut: 0 }, { killed: 1 }, { cut: 0 }]);
  expect(results.missed).toEqual(['cut']);
  expect(results.notReached).toEqual(['full']);
  expect(resultsWith([{ cut: 0 }, { cut: 1 }]).missed).toEqual(['cut']);
  expect(resultsWith([{ cut: 1 }, { cut: 1 }]).missed).toEqual([]);
});

test('the page keeps the last whole run when a partial one is written, and the reverse', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'once-page-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'proof.md');
  const page = (whole: string, part: string) =>
    `# A\n\n<!-- whole run: written by npm run prove -->${whole}<!-- end of results -->\n\nB\n\n<!-- selection: written by npm run prove -->${part}<!-- end of results -->\n\nC\n`;
  await writeFile(file, page('\n\nold whole\n\n', '\n\nold part\n\n'));
  await updatePage(file, resultsWith([{ cut: 41 }]), 'part');
  const [first, second = ''] = (await readFile(file, 'utf8')).split('\n\nB\n\n');
  expect(`${first}\n\nB`).toBe(page('\n\nold whole\n\n', '').split('\n\n<!-- selection')[0]);
  expect(second).toContain('| cut | 1 | 0 | 41 |');
  expect(second).not.toContain('old part');
  expect(second.endsWith('\n\n<!-- end of results -->\n\nC\n')).toBe(true);
  await updatePage(file, resultsWith([{ cut: 42 }]), 'whole');
  expect(await readFile(file, 'utf8')).toMatch(/cut \| 1 \| 0 \| 42 .*cut \| 1 \| 0 \| 41 /s);
  await writeFile(file, '# none');
  await expect(updatePage(file, resultsWith([]), 'part')).rejects.toThrow('no place for results');
});
