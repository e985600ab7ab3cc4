import { describe, expect, it } from 'vitest';
import { categoryHref, parseCategoryView } from '#app/(shop)/category/[slug]/category-view.ts';

describe('the view in a category address', () => {
  it('defaults to the first page in featured order', () => {
    expect(parseCategoryView()).toEqual({ sort: 'featured', page: 1 });
    expect(parseCategoryView([])).toEqual({ sort: 'featured', page: 1 });
  });

  it('is parsed from every address that the shop writes', () => {
    for (const sort of ['featured', 'price-asc', 'price-desc', 'newest', 'title'] as const) {
      for (const page of [1, 2, 10, 9_999]) {
        const segments = categoryHref('kitchen', { sort, page }).split('/').slice(3);
        expect(parseCategoryView(segments)).toEqual({ sort, page });
      }
    }
  });

  it.each([
    ['an unknown sort', ['cheapest']],
    ['page zero', ['featured', '0']],
    ['a page with a leading zero', ['featured', '02']],
    ['a page that is not a number', ['featured', 'two']],
    ['a page beyond any list', ['featured', '10000']],
    ['something after the page', ['featured', '2', 'x']],
  ])('is undefined for %s, so that no invalid address becomes a cached page', (_, segments) => {
    expect(parseCategoryView(segments)).toBeUndefined();
  });
});
