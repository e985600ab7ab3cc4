import path from 'node:path';
import { parseArgs } from 'node:util';
import { defaultLimits, defaultPages, ownMachine, renderEdgeConfig } from '#scripts/services/nginx-config.ts';

/** Prints the edge's nginx configuration, for an nginx that you or the system start. */

const usage = `npx node scripts/render-nginx.ts --upstream HOST:PORT [--upstream …] > nginx.conf

  --listen ADDRESS          where shoppers reach it: 8080, 127.0.0.1:8080, [::]:443 (8080); may be repeated
  --upstream HOST:PORT      a Node process of the shop; may be repeated
  --gate HOST:PORT          a free address of this machine for nginx itself (127.0.0.1:8079)
  --server-name NAME        a host name of the shop; others are refused (every name); may be repeated
  --certificate FILE --certificate-key FILE   TLS and HTTP/2
  --balancer NETWORK        a load balancer in front, whose X-Forwarded-For is trusted; may be repeated
  --operator NETWORK        may request /api/ready and /api/metrics (no network); may be repeated
  --unlimited NETWORK       is exempt from the limits by address (${ownMachine.join(', ')}); may be repeated
  --session-rate N          requests a second of one session (${defaultLimits.sessionPerSecond})
  --session-connections N   its requests at a time (${defaultLimits.sessionConnections})
  --newcomer-rate N         requests a second without a session from one address (${defaultLimits.newcomersPerSecond})
  --address-rate N          requests a second from one address (${defaultLimits.addressPerSecond})
  --address-connections N   its requests at a time (${defaultLimits.addressConnections})
  --prefix FOLDER           for what nginx writes: temp/ in it must exist (/var/lib/once-edge)
  --cache FOLDER            for cached answers, the prefix's cache/ if not given
  --cache-size SIZE         of each of the two caches (512m)
  --pages FOLDER            deploy/nginx/errors or a copy of it
  --access-log FILE --error-log FILE   the prefix's access.log and error.log if not given
  --workers N               processes (auto)
  --user NAME               of the workers, where nginx is started by root (www-data)
`;

const several = { type: 'string', multiple: true, default: [] as string[] } as const;
const one = (fallback: string | number) => ({ type: 'string', default: String(fallback) }) as const;

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
      'session-rate': one(defaultLimits.sessionPerSecond),
      'session-connections': one(defaultLimits.sessionConnections),
      'newcomer-rate': one(defaultLimits.newcomersPerSecond),
      'address-rate': one(defaultLimits.addressPerSecond),
      'address-connections': one(defaultLimits.addressConnections),
      prefix: one('/var/lib/once-edge'),
      cache: { type: 'string' },
      'cache-size': one('512m'),
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
      sessionPerSecond: Number(values['session-rate']),
      sessionConnections: Number(values['session-connections']),
      newcomersPerSecond: Number(values['newcomer-rate']),
      addressPerSecond: Number(values['address-rate']),
      addressConnections: Number(values['address-connections']),
    },
    prefix,
    cache: values.cache ?? path.join(prefix, 'cache'),
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
