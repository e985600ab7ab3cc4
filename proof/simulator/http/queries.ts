import type { SimulatedProvider } from '#proof/simulator/simulated-provider.ts';
import { invalid, missing } from './api-error.ts';
import { collections } from './collections.ts';
import { expand, expansionsOf } from './expand.ts';
import { pageOf, pageParams } from './pages.ts';
import { type Params, requireKnown, textOf } from './params.ts';

/** The calls that only read. Returns the answer, or undefined for an unknown path. Throws what Stripe would refuse. */
export function query(simulator: SimulatedProvider, path: string, params: Params, baseUrl: string): unknown {
  const [, name = '', id] = path.match(/^\/v1\/(radar\/\w+|\w+)(?:\/(\w+))?$/) ?? [];
  const found = Object.hasOwn(collections, name) ? collections[name] : undefined;
  if (!found) return undefined;
  const wanted = expansionsOf(params);
  const all = found.all(simulator);
  if (id) {
    requireKnown(params, ['client_secret']);
    const one = all.get(id);
    if (!one) throw missing(found.kind, id, found.kind === 'payment_intent' ? 'intent' : 'id');
    return expand(found.shape(one, simulator, baseUrl), wanted, { simulator, baseUrl });
  }
  requireKnown(params, [...pageParams, ...found.filters]);
  for (const cursor of ['starting_after', 'ending_before']) {
    const at = textOf(params, cursor);
    if (at && !all.get(at)) throw missing(found.kind, at, cursor, 400);
  }
  if (textOf(params, 'starting_after') && textOf(params, 'ending_before'))
    throw invalid('Only one of starting_after and ending_before can be given.', { param: 'ending_before' });
  const { items, more } = pageOf(found.among?.(simulator, params) ?? all, params, found.isWanted?.(params));
  const data = items.map((one) => found.shape(one, simulator, baseUrl));
  const list = { object: 'list', data, has_more: more, url: `/v1/${name}` };
  return expand(list, wanted, { simulator, baseUrl });
}
