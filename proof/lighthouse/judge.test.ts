import { expect, test } from 'vitest';
import { faultsOf, median, type PageScores } from './judge.ts';

function page(change: Partial<PageScores['scores']> = {}, indexed = true): PageScores {
  const scores = { performance: [96], accessibility: [100], 'best-practices': [100], seo: [100], ...change };
  return { page: 'cart', indexed, scores };
}

test('a page at the goal in every category passes', () => {
  const atGoal = { performance: [95], accessibility: [95], 'best-practices': [95], seo: [95] };
  expect(faultsOf(page(atGoal), 100)).toEqual([]);
});

test('each category below the goal is a fault of its own', () => {
  const below = { performance: [94], accessibility: [94], 'best-practices': [80], seo: [50] };
  expect(faultsOf(page(below), 100)).toEqual([
    'cart: performance 94, below 95 and below 95 (the empty app minus 5)',
    'cart: accessibility 94, below 95',
    'cart: best-practices 80, below 95',
    'cart: seo 50, below 95',
  ]);
});

test('slow performance passes on a machine where the empty app is slow, too', () => {
  expect(faultsOf(page({ performance: [75] }), 80)).toEqual([]);
  expect(faultsOf(page({ performance: [74] }), 80)).toHaveLength(1);
});

test('no other category passes because the machine is slow', () => {
  expect(faultsOf(page({ accessibility: [90] }), 60)).toHaveLength(1);
});

test('pages that search engines must not list are not asked for SEO', () => {
  expect(faultsOf(page({ seo: [58] }, false), 100)).toEqual([]);
});

test('a category without a score fails, also when the empty app has none', () => {
  expect(faultsOf(page({ performance: [], accessibility: [] }), Number.NaN)).toHaveLength(2);
  expect(faultsOf(page({ performance: [90] }), Number.NaN)).toHaveLength(1);
});

test('the median ignores one bad run of three, and takes the lower middle of four', () => {
  expect(median([97, 40, 96])).toBe(96);
  expect(median([100, 94, 99, 96])).toBe(96);
});
