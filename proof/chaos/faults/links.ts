import { statementName } from '#lib/platform/database/statement-name.ts';
import type { Link } from '#proof/harness/harness.ts';
import type { Random } from '#proof/harness/random.ts';
import type { Disturbance } from '#proof/harness/tcp-proxy.ts';
import type { Fault } from './fault.ts';

/** Every disturbance of every network link between two parts of the shop. */

/**
 * The share of traffic that is disturbed on a busy link: high enough to strike, low enough that some
 * traffic passes.
 */
const often = {
  latency: 1,
  reset: 0.05,
  half_close: 0.05,
  cut: 0.05,
  black_hole: 0.03,
  lose_reply: 0.5,
  late: 0.15,
};

/**
 * A cart causes one client call and many database calls. Redis and the provider get calls for orders
 * only.
 */
const timesMore: Record<Link, number> = { client: 1, postgres: 1, redis: 4, provider: 4 };

type Kind = keyof typeof often;
type LinkDisturbance = Disturbance & { kind: Kind };

const kinds: Record<string, (random: Random, link: Link) => LinkDisturbance> = {
  // An order takes a dozen round trips to the database, and one to each of the others.
  latency: (random, link) => ({
    kind: 'latency',
    ms: link === 'postgres' ? random.between(5, 60) : random.between(50, 900),
  }),
  reset: () => ({ kind: 'reset' }),
  half_close: () => ({ kind: 'half_close' }),
  cut: () => ({ kind: 'cut' }),
  black_hole: () => ({ kind: 'black_hole' }),
  lose_reply: (_random, link) => ({ kind: 'lose_reply', to: lastWords[link] }),
};

/** Texts in the requests that make a lasting change on each link. One of them is enough. */
const lastWords: Record<Link, string[]> = {
  client: ['POST /api/orders'],
  // A connection that has committed before names its prepared statement.
  postgres: ['COMMIT', statementName('COMMIT')],
  redis: ['EVAL', 'eval'],
  provider: ['POST /v1/payment_intents'],
};

/**
 * Links where the client gives up before its request has arrived: the shop after 6 s, a shopper after
 * 13 s. Connections to the database and to Redis end with their client, so they are not listed.
 */
const lateKinds: Partial<Record<Link, (random: Random) => LinkDisturbance>> = {
  client: (random) => ({ kind: 'late', to: lastWords.client, ms: random.pick([3_000, 14_000]) }),
  provider: (random) => ({ kind: 'late', to: lastWords.provider, ms: random.between(6_500, 9_000) }),
};

const links: Link[] = ['client', 'postgres', 'redis', 'provider'];

const kindsOf = (link: Link): typeof kinds => ({
  ...kinds,
  ...(lateKinds[link] && { late: lateKinds[link] }),
});

export const linkFaults: Fault[] = links.flatMap((link) =>
  Object.entries(kindsOf(link)).map(
    ([kind, make]): Fault => ({
      name: `${link} ${kind.replaceAll('_', ' ')}`,
      at: link,
      inject: async (harness, random) => {
        const disturbance = make(random, link);
        for (const proxy of harness.proxies[link])
          proxy.disturb(disturbance, () => random.chance(often[disturbance.kind] * timesMore[link]));
        return 0;
      },
      strikes: (harness) => harness.proxies[link].reduce((sum, proxy) => sum + proxy.disturbed(), 0),
      // Longer than any client waits: the shop gives up on a silent database after 12 s, a shopper after
      // 13 s.
      ...(kind === 'black_hole' && { lastsMs: (random: Random) => random.pick([0, 15_000]) }),
    }),
  ),
);
