import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Result } from 'lighthouse';
import { figure, table } from '#proof/bench/report/table.ts';
import { buildEmptyApp, startEmptyApp } from '#proof/bench/yardsticks/next-empty.ts';
import { shopperOf } from '#proof/harness/browser/browser-shopper.ts';
import { loadChromium, startChromium } from '#proof/harness/browser/chromium.ts';
import { type Opening, open } from '#proof/harness/opening.ts';
import { root } from '#proof/harness/services/child.ts';
import { launchShop } from '#proof/harness/services/launched-shop.ts';
import { Advice, orUsage, usageOf } from '#scripts/advice.ts';
import { signalOfInterruption } from '#scripts/services/interruption.ts';
import { audit, findingsOf, scoresIn, valuesIn } from './audit.ts';
import { categories, faultsOf, median, type PageScores } from './judge.ts';
import { type AuditedPage, preparePages } from './pages.ts';

/**
 * `npm run lighthouse`: audits the pages of a purchase, and an empty Next app in the same minutes. Exits with 1
 * when a page is below the goal (judge.ts).
 */

const usage = usageOf(import.meta.filename);
const emptyApp = 'next-empty';
const reports = path.join(root, '.data', 'lighthouse');
const began = performance.now();

function say(line: string): void {
  const seconds = Math.round((performance.now() - began) / 1000);
  console.error(`${String(seconds).padStart(5)} s  ${line}`);
}

interface Scene {
  /** The port of the browser. */
  port: number;
  pages: (AuditedPage & { url: string })[];
}

/** Starts the shop, the empty app and a browser whose shopper has a full cart and an order. */
async function prepare({ folder, atEnd, signal }: Opening): Promise<Scene> {
  say('starting the shop: it is built unless it is');
  const shop = await launchShop({
    checkout: root,
    dataDir: path.join(folder, 'data'),
    logFile: path.join(folder, 'shop.log'),
  });
  atEnd(shop.stop);
  signal.throwIfAborted();
  const empty = await startEmptyApp(await buildEmptyApp(folder, say));
  atEnd(empty.stop);
  const browser = await startChromium(folder);
  atEnd(browser.stop);

  // Playwright leaves before anything is measured. The cookies stay in the browser.
  const chromium = await loadChromium();
  const connection = await chromium.connectOverCDP(`http://127.0.0.1:${browser.port}`);
  const [context] = connection.contexts();
  if (!context) throw new Error('the browser has no context');
  const shopPages = await preparePages(shopperOf(context, shop.origin));
  await connection.close();
  return {
    port: browser.port,
    pages: [
      { name: emptyApp, path: '/dynamic', indexed: true, url: `${empty.origin}/dynamic` },
      ...shopPages.map((page) => ({ ...page, url: shop.origin + page.path })),
    ],
  };
}

/** What the runs of each page found. */
type Audited = Map<AuditedPage, Result[]>;

/**
 * Audits every page in each round, so that noise of the machine meets all of them. Only performance varies
 * between runs: the other categories are rules about one document, so the first round is enough for them.
 */
async function auditAll({ port, pages }: Scene, rounds: number, signal: AbortSignal): Promise<Audited> {
  const audited: Audited = new Map(pages.map((page) => [page, []]));
  await rm(reports, { recursive: true, force: true });
  await mkdir(reports, { recursive: true });
  for (let round = 1; round <= rounds; round += 1) {
    for (const page of pages) {
      signal.throwIfAborted();
      const only = round === 1 && page.name !== emptyApp ? categories : (['performance'] as const);
      const result = await audit(page.url, { port, only });
      audited.get(page)?.push(result);
      await writeFile(path.join(reports, `${page.name}-${round}.json`), JSON.stringify(result));
      say(`${page.name}, round ${round}: performance ${scoresIn([result], 'performance')}`);
    }
  }
  return audited;
}

function asTable(audited: Audited): string {
  const headers = ['', 'performance', 'runs', 'accessibility', 'best practices', 'SEO'];
  const rows = [...audited].map(([{ name, indexed }, runs]) => {
    const [performance = [], ...others] = categories.map((category) => scoresIn(runs, category));
    const value = (metric: Parameters<typeof valuesIn>[1]) => median(valuesIn(runs, metric));
    return [
      name,
      figure(median(performance)),
      performance.join(' '),
      ...others.map((scores, at) =>
        categories[at + 1] === 'seo' && !indexed ? 'noindex' : figure(median(scores)),
      ),
      figure(value('fcp')),
      figure(value('lcp')),
      figure(value('tbt')),
      value('cls').toFixed(3),
      figure(value('bytes') / 1000),
    ];
  });
  return table([...headers, 'FCP ms', 'LCP ms', 'TBT ms', 'CLS', 'KB'], rows);
}

/** Prints everything. Returns the exit code. */
function report(audited: Audited): number {
  console.log(`\nMedians, as a phone on slow 4G:\n\n${asTable(audited)}\n`);
  const scoresOf = (runs: Result[]) =>
    Object.fromEntries(categories.map((category) => [category, scoresIn(runs, category)]));
  const empty = [...audited].find(([{ name }]) => name === emptyApp)?.[1] ?? [];
  const shop = [...audited].filter(([{ name }]) => name !== emptyApp);
  for (const [{ name, indexed }, [first]] of shop) {
    const findings = first ? findingsOf(first) : [];
    for (const line of findings) if (indexed || !line.startsWith('seo')) console.log(`${name}: ${line}`);
  }
  console.log(`written: ${path.relative(process.cwd(), reports)}`);
  const faults = shop.flatMap(([{ name, indexed }, runs]) =>
    faultsOf(
      { page: name, indexed, scores: scoresOf(runs) as PageScores['scores'] },
      median(scoresIn(empty, 'performance')),
    ),
  );
  for (const fault of faults) console.error(fault);
  return faults.length === 0 ? 0 : 1;
}

async function main(): Promise<number> {
  const options = {
    only: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  const { only, rounds, help } = orUsage(usage, () => parseArgs({ options })).values;
  if (help) {
    console.log(usage);
    return 0;
  }
  if (!(Number(rounds) >= 1)) throw new Advice(`--rounds must be a number from 1, not "${rounds}"`);
  const signal = signalOfInterruption();
  const { pages, close, port } = await open({ name: 'lighthouse', say, signal }, prepare);
  try {
    const wanted = only?.split(',') ?? pages.map(({ name }) => name);
    const unknown = wanted.filter((name) => !pages.some((page) => page.name === name));
    if (unknown.length > 0) throw new Advice(`There is no page ${unknown.join(', ')}`);
    const chosen = pages.filter(({ name }) => name === emptyApp || wanted.includes(name));
    return report(await auditAll({ port, pages: chosen }, Number(rounds), signal));
  } finally {
    await close({ keep: false });
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
