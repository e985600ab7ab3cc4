import type { Span, Timeline } from '#proof/simulator/books/timeline.ts';
import { invalid } from './api-error.ts';
import { integerOf, type Params, textOf } from './params.ts';

/** Lists in pages, newest first, like all lists of Stripe's API. */

export const pageParams = ['created', 'ending_before', 'limit', 'starting_after'] as const;

const mostPerPage = 100;

interface Item {
  id: string;
  created: number;
}

/** The page after `starting_after`, the one before `ending_before`, or the first. */
export function pageOf<One extends Item>(
  timeline: Timeline<One>,
  params: Params,
  isWanted: (one: One) => boolean = () => true,
): { items: One[]; more: boolean } {
  const limit = integerOf(params, 'limit') ?? 10;
  if (limit < 1 || limit > mostPerPage) throw invalid('Limit must be 1 to 100', { param: 'limit' });
  const span = spanOf(params, 'created');
  const before = textOf(params, 'ending_before');
  const found = before
    ? timeline.newer(span, before)
    : timeline.older(span, textOf(params, 'starting_after'));
  const items: One[] = [];
  for (const one of found) {
    if (!isWanted(one)) continue;
    items.push(one);
    // One item more than `limit` shows that another page follows.
    if (items.length > limit) break;
  }
  const page = items.slice(0, limit);
  return { items: before ? page.reverse() : page, more: items.length > limit };
}

/** A plain `created` is an exact time; with an operator it is a bound. */
export function spanOf(params: Params, name: 'arrival_date' | 'created'): Span {
  const at = (operator: string) => integerOf(params, `${name}${operator}`);
  const moment = at('');
  if (moment !== undefined) return { earliest: moment, latest: moment };
  const gt = at('[gt]');
  const lt = at('[lt]');
  return {
    earliest: at('[gte]') ?? (gt === undefined ? Number.NEGATIVE_INFINITY : gt + 1),
    latest: at('[lte]') ?? (lt === undefined ? Number.POSITIVE_INFINITY : lt - 1),
  };
}
