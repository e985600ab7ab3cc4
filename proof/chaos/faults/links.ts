import { statementName } from '#lib/platform/database/db.ts';
import type { Disturbance } from '#proof/chaos/lab/fault-proxy.ts';
import type { Link } from '#proof/chaos/lab/lab.ts';
import type { Random } from '#proof/harness/random.ts';
import type { Fault } from './fault.ts';

/** What can go wrong on the way between two parts, for each such way. */

/** How often a piece of traffic is struck, where much passes: enough that something is, and not everything. */
const often = {
  latency: 1,
  reset: 0.05,
  half_close: 0.05,
  cut: 0.05,
  black_hole: 0.03,
  lose_reply: 0.5,
  late: 0.15,
};

/** A cart is a call of the client and many of the database; Redis and the provider hear of orders only. */
const timesMore: Record<Link, number> = { client: 1, postgres: 1, redis: 4, provider: 4 };

const kinds: Record<string, (random: Random, link: Link) => Disturbance> = {
  // An order takes a dozen round trips to the database, and one to the others.
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

/** What is said on each link when something is to be done for good: any of these. */
const lastWords: Record<Link, string[]> = {
  client: ['POST /api/orders'],
  // A connection that has committed before names the statement that it has prepared.
  postgres: ['COMMIT', statementName('COMMIT')],
  redis: ['EVAL', 'eval'],
  provider: ['POST /v1/payment_intents'],
};

/**
 * Where whoever asks gives up before their request has arrived: the shop after 6 s, a client after 13.
 * A database's or Redis' connection ends with whoever asked.
 */
const lateKinds: Partial<Record<Link, (random: Random) => Disturbance>> = {
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
      inject: async (lab, random) => {
        const disturbance = make(random, link);
        for (const proxy of lab.proxies[link])
          proxy.disturb(disturbance, () => random.chance(often[disturbance.kind] * timesMore[link]));
        return 0;
      },
      strikes: (lab) => lab.proxies[link].reduce((sum, proxy) => sum + proxy.disturbed(), 0),
      // Longer than anybody waits: the database is taken for silent after 12 s, a client gives up after 13.
      ...(kind === 'black_hole' && { lastsMs: (random: Random) => random.pick([0, 15_000]) }),
    }),
  ),
);
