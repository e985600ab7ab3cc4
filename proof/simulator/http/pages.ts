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
  newestFirst: Iterable<One>,
  params: Params,
): { items: One[]; more: boolean } {
  const limit = integerOf(params, 'limit') ?? 10;
  if (limit < 1 || limit > mostPerPage) throw invalid('Limit must be 1 to 100', { param: 'limit' });
  const { earliest, latest } = createdRange(params);
  const before = textOf(params, 'ending_before');
  const after = textOf(params, 'starting_after');
  const items: One[] = [];
  let begun = after === undefined;
  for (const item of newestFirst) {
    if (item.created < earliest || item.id === before) break;
    if (begun && item.created <= latest) {
      items.push(item);
      // One item more than `limit` shows that another page follows.
      if (!before && items.length > limit) break;
    }
    begun ||= item.id === after;
  }
  return { items: before ? items.slice(-limit) : items.slice(0, limit), more: items.length > limit };
}

/** A plain `created` is an exact time; with an operator it is a bound. */
function createdRange(params: Params): { earliest: number; latest: number } {
  const at = (name: string) => integerOf(params, name);
  const moment = at('created');
  if (moment !== undefined) return { earliest: moment, latest: moment };
  const gt = at('created[gt]');
  const lt = at('created[lt]');
  return {
    earliest: at('created[gte]') ?? (gt === undefined ? Number.NEGATIVE_INFINITY : gt + 1),
    latest: at('created[lte]') ?? (lt === undefined ? Number.POSITIVE_INFINITY : lt - 1),
  };
}
