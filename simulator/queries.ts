import { invalid, missing } from './api-error.ts';
import { intentOf } from './endpoints.ts';
import { integerOf, listOf, type Params, requireKnown, textOf } from './params.ts';
import { intentShape, refundShape, type View } from './shapes.ts';
import type { Till } from './till.ts';

/** The calls that only look. */

const mostPerPage = 100;

/** The answer to a GET, or undefined for a path that there isn't. Throws what Stripe refuses. */
export function query(till: Till, path: string, params: Params, baseUrl: string): unknown {
  const [, , collection, id, ...rest] = path.split('/');
  if (rest.length > 0) return undefined;
  if (collection === 'payment_intents') {
    const view = { baseUrl, expandCharge: expandsCharge(params, id ? '' : 'data.') };
    if (id) {
      requireKnown(params, ['client_secret']);
      return intentShape(intentOf(till, id), view);
    }
    return listIntents(till, params, view);
  }
  if (collection !== 'refunds') return undefined;
  if (!id) return listRefunds(till, params);
  const refund = till.refund(id);
  if (!refund) throw missing('refund', id, 'id');
  return refundShape(refund);
}

/** Whether the charge is asked for in full. Throws for anything else that is to be expanded. */
export function expandsCharge(params: Params, prefix = ''): boolean {
  const wanted = listOf(params, 'expand');
  const other = wanted.find((name) => name !== `${prefix}latest_charge`);
  if (other) throw invalid(`This property cannot be expanded (${other}).`, { param: 'expand' });
  return wanted.length > 0;
}

interface Page<Item> {
  object: 'list';
  data: Item[];
  has_more: boolean;
  url: string;
}

function listIntents(till: Till, params: Params, view: View): Page<unknown> {
  requireKnown(params, ['created', 'customer', 'limit', 'starting_after']);
  const after = textOf(params, 'starting_after');
  if (after && !till.intent(after)) throw missing('payment_intent', after, 'starting_after', 400);
  const { items, more } = pageOf(till.intentsNewestFirst(), params, after);
  const data = items.map((intent) => intentShape(intent, view));
  return { object: 'list', data, has_more: more, url: '/v1/payment_intents' };
}

function listRefunds(till: Till, params: Params): Page<unknown> {
  requireKnown(params, ['created', 'limit', 'payment_intent', 'starting_after']);
  const of = textOf(params, 'payment_intent');
  if (of) intentOf(till, of, 'payment_intent');
  const after = textOf(params, 'starting_after');
  if (after && !till.refund(after)) throw missing('refund', after, 'starting_after', 400);
  const { items, more } = pageOf(till.refundsNewestFirst(of), params, after);
  return { object: 'list', data: items.map(refundShape), has_more: more, url: '/v1/refunds' };
}

function pageOf<Item extends { id: string; created: number }>(
  newestFirst: Iterable<Item>,
  params: Params,
  after: string | undefined,
): { items: Item[]; more: boolean } {
  const limit = integerOf(params, 'limit') ?? 10;
  if (limit < 1 || limit > mostPerPage) throw invalid('Limit must be 1 to 100', { param: 'limit' });
  const { earliest, latest } = createdRange(params);
  const items: Item[] = [];
  let begun = after === undefined;
  for (const item of newestFirst) {
    if (item.created < earliest) break;
    if (begun && item.created <= latest) {
      if (items.length === limit) return { items, more: true };
      items.push(item);
    }
    begun ||= item.id === after;
  }
  return { items, more: false };
}

/** `created` alone is a moment; with an operator it is a bound. */
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
