import { availableParallelism } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { defaultCapacityFile, readCapacity } from '#scripts/services/edge/capacity.ts';
import { defaultLimits, type EdgeLimits, limitsOf } from '#scripts/services/edge/limits.ts';
import { defaultPages, ownMachine, renderEdgeConfig } from '#scripts/services/nginx-config.ts';

/** Prints the edge's nginx configuration, for an nginx that you or the system start. */

const here = defaultLimits();

const usage = `npx node scripts/render-nginx.ts --upstream HOST:PORT [--upstream …] > nginx.conf

  --listen ADDRESS          where shoppers reach it: 8080, 127.0.0.1:8080, [::]:443 (8080); may be repeated
  --upstream HOST:PORT      a Node process of the shop; may be repeated
  --gate HOST:PORT          a free address of this machine for nginx itself (127.0.0.1:8079)
  --server-name NAME        a host name of the shop; others are refused (every name); may be repeated
  --certificate FILE --certificate-key FILE   TLS and HTTP/2
  --balancer NETWORK        a load balancer in front, whose X-Forwarded-For is trusted; may be repeated
  --operator NETWORK        may request /api/ready and /api/metrics (no network); may be repeated
  --unlimited NETWORK       is exempt from the limits by address (${ownMachine.join(', ')}); may be repeated

  The limits follow from the shop's capacity (docs/capacity.md):
  --capacity FILE           what requests cost, written by npm run bench (deploy/capacity.json)
  --cores N                 cores that Node, Redis and PostgreSQL share (this machine's: ${availableParallelism()})
  --processes N             Node processes of the shop (one for each --upstream)
  or, for one client, with the default here for one process:
  --session-rate N          requests a second of one session (${here.sessionPerSecond})
  --session-connections N   its requests at a time (${here.sessionConnections})
  --newcomer-rate N         requests a second without a session from one address (${here.newcomersPerSecond})
  --address-rate N          requests a second from one address (${here.addressPerSecond})
  --address-connections N   its requests at a time (${here.addressConnections})

  --prefix FOLDER           for what nginx writes: temp/ in it must exist (/var/lib/once-edge)
  --cache FOLDER            for cached answers, the prefix's cache/ if not given
  --cache-size SIZE         of each of the two caches (512m)
  --assets FOLDER           a copy of .next/once/assets, the prefix's assets/ if not given
  --pages FOLDER            deploy/nginx/errors or a copy of it
  --access-log FILE --error-log FILE   the prefix's access.log and error.log if not given
  --workers N               processes (auto)
  --user NAME               of the workers, where nginx is started by root (www-data)
`;

const several = { type: 'string', multiple: true, default: [] as string[] } as const;
const one = (fallback: string | number) => ({ type: 'string', default: String(fallback) }) as const;

/** The limits that have a flag of their own. */
const limitOfFlag = {
  'session-rate': 'sessionPerSecond',
  'session-connections': 'sessionConnections',
  'newcomer-rate': 'newcomersPerSecond',
  'address-rate': 'addressPerSecond',
  'address-connections': 'addressConnections',
} as const satisfies Record<string, keyof EdgeLimits>;

const limitFlags = Object.fromEntries(Object.keys(limitOfFlag).map((flag) => [flag, { type: 'string' }])) as {
  [Flag in keyof typeof limitOfFlag]: { type: 'string' };
};

function ownLimits(values: { [Flag in keyof typeof limitOfFlag]?: string }): Partial<EdgeLimits> {
  const given = Object.entries(limitOfFlag).flatMap(([flag, limit]) => {
    const value = values[flag as keyof typeof limitOfFlag];
    return value === undefined ? [] : [[limit, Number(value)] as const];
  });
  return Object.fromEntries(given);
}

function count(value: string | number): number {
  if (Number.isSafeInteger(Number(value)) && Number(value) > 0) return Number(value);
  throw new Error(`"${value}" must be a whole number above 0`);
}

function main(): void {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', default: false },
      listen: { ...several, default: ['8080'] },
      upstream: several,
      gate: one('127.0.0.1:8079'),
      'server-name': several,
      certificate: { type: 'string' },
      'certificate-key': { type: 'string' },
      balancer: several,
      operator: several,
      unlimited: { ...several, default: ownMachine },
      capacity: one(defaultCapacityFile),
      cores: one(availableParallelism()),
      processes: { type: 'string' },
      ...limitFlags,
      prefix: one('/var/lib/once-edge'),
      cache: { type: 'string' },
      'cache-size': one('512m'),
      assets: { type: 'string' },
      pages: one(defaultPages),
      'access-log': { type: 'string' },
      'error-log': { type: 'string' },
      workers: one('auto'),
      user: one('www-data'),
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  if (values.upstream.length === 0) throw new Error(`--upstream is missing\n\n${usage}`);
  const { certificate, 'certificate-key': key, prefix } = values;
  if (!certificate !== !key) throw new Error('--certificate and --certificate-key go together');
  const text = renderEdgeConfig({
    listen: values.listen,
    upstreams: values.upstream,
    gate: values.gate,
    serverNames: values['server-name'],
    tls: certificate && key ? { certificate, key } : undefined,
    balancers: values.balancer,
    operators: values.operator,
    unlimited: values.unlimited,
    limits: {
      ...limitsOf(readCapacity(values.capacity), {
        cores: count(values.cores),
        processes: count(values.processes ?? values.upstream.length),
      }),
      ...ownLimits(values),
    },
    prefix,
    cache: values.cache ?? path.join(prefix, 'cache'),
    assets: values.assets ?? path.join(prefix, 'assets'),
    cacheSize: values['cache-size'],
    accessLog: values['access-log'] ?? path.join(prefix, 'access.log'),
    errorLog: values['error-log'] ?? path.join(prefix, 'error.log'),
    pages: values.pages,
    workers: values.workers,
    user: values.user || undefined,
  });
  process.stdout.write(text);
}

try {
  main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
