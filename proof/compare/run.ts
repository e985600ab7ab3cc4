import { randomInt } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { figure, table } from '#proof/bench/report/table.ts';
import { chromiumOptions, loadChromium } from '#proof/harness/browser/chromium.ts';
import { type Opening, open } from '#proof/harness/opening.ts';
import { root } from '#proof/harness/services/child.ts';
import { launchShop } from '#proof/harness/services/launched-shop.ts';
import { median } from '#proof/lighthouse/judge.ts';
import { Advice, orUsage, usageOf } from '#scripts/advice.ts';
import { signalOfInterruption } from '#scripts/services/interruption.ts';
import { capture } from '#scripts/services/processes.ts';
import { buy, type PageName, pages, type Visit, type Visits } from './purchase.ts';

/**
 * `npm run compare`: the same purchase in the shop of an earlier commit and in that of this folder, as a slow phone
 * sees it. Its pictures do not say which shop they show.
 */

const out = path.join(root, '.data', 'compare');
const rounds = 3;
const sides = ['before', 'now'] as const;
type Side = (typeof sides)[number];

/** Checks a commit out into a new folder below `parent`. Resolves with it. */
async function checkOut(commit: string, parent: string): Promise<string> {
  const [archive, folder] = [path.join(parent, 'checkout.tar'), path.join(parent, 'checkout')];
  await mkdir(folder);
  for (const [command = '', ...args] of [
    ['git', '-C', root, 'archive', '--output', archive, commit],
    ['tar', '-xf', archive, '-C', folder],
  ]) {
    const { code, stderr } = await capture(command, args);
    if (code !== 0) throw new Advice(`${commit} could not be checked out: ${stderr.trim()}`);
  }
  return folder;
}

async function openShops({ folder, atEnd, signal, say }: Opening, before: string) {
  // Outside of the repository: Next takes the outermost folder with a lockfile for the project's.
  const outside = await mkdtemp(path.join(tmpdir(), 'once-compare-'));
  atEnd(() => rm(outside, { recursive: true, force: true }));
  const checkouts = { before: await checkOut(before, outside), now: root };
  const origins = { before: '', now: '' };
  for (const side of sides) {
    signal.throwIfAborted();
    say(`starting the shop of ${side === 'now' ? 'this folder' : before}`);
    const [dataDir, logFile] = [path.join(folder, side), path.join(folder, `${side}.log`)];
    const shop = await launchShop({ checkout: checkouts[side], dataDir, logFile });
    atEnd(shop.stop);
    origins[side] = shop.origin;
  }
  const browser = await (await loadChromium()).launch(chromiumOptions);
  atEnd(() => browser.close());
  return { browser, origins };
}

const columns = ['fcp', 'lcp', 'cls', 'inp', 'bytes', 'requests'] as const;

function asTable(visits: Record<Side, Visits[]>): string {
  const medianOf = (side: Side, page: PageName, column: keyof Visit) =>
    median(visits[side].flatMap((visit) => visit[page][column] ?? []));
  const rowOf = (page: PageName, side: Side) => [
    `${page}, ${side}`,
    ...columns.map((column) => figure(medianOf(side, page, column))),
  ];
  const rows = pages.flatMap((page) => sides.map((side) => rowOf(page, side)));
  return table(['', 'FCP ms', 'LCP ms', 'CLS', 'INP ms', 'bytes', 'requests'], rows);
}

async function main(): Promise<void> {
  const usage = usageOf(import.meta.filename);
  const options = { before: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;
  const { before, help } = orUsage(usage, () => parseArgs({ options })).values;
  if (help) return console.log(usage);
  if (!before) throw new Advice(`Which commit is to be compared with this folder?\n\n${usage}`);
  await rm(out, { recursive: true, force: true });
  await mkdir(path.join(out, 'pictures'), { recursive: true });
  // Chosen for each page, so that a reader who recognises one page does not know the next.
  const first = new Map(pages.map((page) => [page, sides[randomInt(2)]]));
  const pictureOf = (side: Side, page: PageName) => `${page}-${side === first.get(page) ? 'A' : 'B'}.png`;

  const signal = signalOfInterruption();
  const opening = { name: 'compare', say: (line: string) => console.error(line), signal };
  const { close, browser, origins } = await open(opening, (parts) => openShops(parts, before));
  try {
    const visits: Record<Side, Visits[]> = { before: [], now: [] };
    for (let round = 1; round <= rounds; round += 1) {
      for (const side of round % 2 === 1 ? sides : sides.toReversed()) {
        signal.throwIfAborted();
        console.error(`round ${round} of ${rounds}: ${side}`);
        const visit = await buy(browser, origins[side], async (name, page) => {
          // In the last round only: a picture of the whole page may shift it.
          if (round < rounds) return;
          await page.screenshot({ path: path.join(out, 'pictures', pictureOf(side, name)), fullPage: true });
        });
        visits[side].push(visit);
      }
    }
    const key = pages.flatMap((page) => sides.map((side) => [pictureOf(side, page), side]));
    const asJson = (value: unknown) => `${JSON.stringify(value, undefined, 1)}\n`;
    await writeFile(path.join(out, 'key.json'), asJson(Object.fromEntries(key.sort())));
    await writeFile(path.join(out, 'timings.json'), asJson({ before, visits }));
    console.log(`\nMedians of ${rounds} purchases, as a phone on slow 4G:\n\n${asTable(visits)}\n`);
    console.log(`written: ${path.relative(process.cwd(), out)}`);
  } finally {
    await close({ keep: false });
  }
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
