import type { Result } from 'lighthouse';
import { type Category, categories } from './judge.ts';

/** The figures behind the performance score, by Lighthouse's name of their audit. */
export const metrics = {
  fcp: 'first-contentful-paint',
  lcp: 'largest-contentful-paint',
  tbt: 'total-blocking-time',
  cls: 'cumulative-layout-shift',
  bytes: 'total-byte-weight',
} as const;

/**
 * Audits a page once, as a mid-range phone on slow 4G: Lighthouse's own mobile settings. It empties the browser's
 * cache first and keeps its cookies. Throws when the page could not be audited, or is not the one that was asked
 * for.
 */
export async function audit(
  url: string,
  { port, only }: { port: number; only: readonly Category[] },
): Promise<Result> {
  // Loaded here: that takes seconds, and the command refuses wrong arguments first.
  const { default: lighthouse } = await import('lighthouse');
  const outcome = await lighthouse(url, {
    port,
    logLevel: 'error',
    onlyCategories: [...only],
    disableFullPageScreenshot: true,
  });
  if (!outcome) throw new Error(`${url}: Lighthouse has no result`);
  const { runtimeError, finalDisplayedUrl } = outcome.lhr;
  if (runtimeError) throw new Error(`${url}: ${runtimeError.message}`);
  if (finalDisplayedUrl !== url) throw new Error(`${url}: the browser was sent to ${finalDisplayedUrl}`);
  return outcome.lhr;
}

/** The scores of a category in these runs, from 0 to 100. Runs that did not audit it, or could not, have none. */
export const scoresIn = (runs: readonly Result[], category: Category): number[] =>
  runs.flatMap(({ categories: found }) => {
    const score = found[category]?.score;
    return typeof score === 'number' ? [Math.round(score * 100)] : [];
  });

/** The values of a metric in these runs: milliseconds, a ratio or bytes. */
export const valuesIn = (runs: readonly Result[], metric: keyof typeof metrics): number[] =>
  runs.flatMap(({ audits }) => audits[metrics[metric]]?.numericValue ?? []);

/** The audits that cost a page points, one line each. Performance is a matter of figures, so it has none. */
export function findingsOf({ categories: found, audits }: Result): string[] {
  return categories
    .filter((category) => category !== 'performance')
    .flatMap((category) => found[category]?.auditRefs.map((ref) => ({ ...ref, category })) ?? [])
    .filter(({ id, weight }) => weight > 0 && (audits[id]?.score ?? 1) < 1)
    .map(({ id, category }) => `${category}: ${id}: ${audits[id]?.title}`);
}
