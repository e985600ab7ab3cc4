import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type EdgeLimits, keepAliveSeconds } from './edge/limits.ts';

/** The settings in which edges differ. Addresses are `host:port`, networks `10.0.0.0/8`. */
export interface EdgeSettings {
  /** The addresses for shoppers: `127.0.0.1:8080`, `443`, `[::]:443`. */
  listen: string[];
  /** The shop's Node processes. */
  upstreams: string[];
  /** A local address for the second server of the edge, which no shopper reaches. */
  gate: string;
  /** The shop's host names. A request for another name is refused. If empty, every name is accepted. */
  serverNames: string[];
  tls: { certificate: string; key: string } | undefined;
  /** Load balancers in front of the edge. Their X-Forwarded-For is trusted. */
  balancers: string[];
  /** Networks that may request /api/ready and /api/metrics. */
  operators: string[];
  /** Networks without a limit per address. */
  unlimited: string[];
  limits: EdgeLimits;
  /** The folder for nginx's own files: pid, temporary files. */
  prefix: string;
  /** The folder of the cached answers, and the maximum size of each of its two caches. */
  cache: string;
  cacheSize: string;
  /** The folder of built files, which need not exist. The edge gets files that it lacks from the shop. */
  assets: string;
  accessLog: string;
  errorLog: string;
  /** The folder of the error pages, `deploy/nginx/errors` or a copy. */
  pages: string;
  workers: string;
  /** The system user of the workers. Only if root starts nginx. */
  user: string | undefined;
}

const templates = path.resolve(import.meta.dirname, '../../deploy/nginx');

export const defaultPages = path.join(templates, 'errors');

/** No shopper uses the machine itself. Its owner tests, measures and monitors from there. */
export const ownMachine = ['127.0.0.0/8', '::1'];

/**
 * The burst allowed above each rate, in seconds of that rate. A page with all its parts, followed by another
 * page, is a few dozen requests. The start of a class brings a crowd of newcomers. The bursts of all shoppers
 * together are short, because everyone waits behind them. Pages to render are few a second, and after a start
 * with an empty cache many different ones are requested first.
 */
const burstSeconds = {
  sessionPerSecond: 4,
  sessionSearchesPerSecond: 4,
  newcomersPerSecond: 10,
  addressPerSecond: 4,
  addressCallsPerSecond: 4,
  addressRendersPerSecond: 4,
  addressSearchesPerSecond: 4,
  ordersPerSecond: 1,
  callsPerSecond: 1,
  pagesPerSecond: 1,
  rendersPerSecond: 2,
  searchesPerSecond: 1,
} as const satisfies Partial<Record<keyof EdgeLimits, number>>;

type Rate = keyof typeof burstSeconds;

/** Open files of a worker beside its connections. */
const filesPerConnection = 2;

const origin = '# Rendered from deploy/nginx by scripts/render-nginx.ts. Change it there.';

/** Returns the whole configuration as text. Throws on a value that could break out of its directive. */
export function renderEdgeConfig(settings: EdgeSettings): string {
  return `${origin}\n\n${fill(readTemplate('nginx.conf'), wordsOf(settings))}\n`;
}

/** Reads a template and replaces each `include parts/…;` with that file, indented like the include. */
function readTemplate(file: string): string {
  const text = readFileSync(path.join(templates, file), 'utf8').trimEnd();
  return text.replaceAll(/^( *)include (parts\/[\w-]+\.conf);$/gm, (_, indent: string, part: string) =>
    readTemplate(part).replaceAll(/^(?=.)/gm, indent),
  );
}

/** A line with only a placeholder may become several lines, or none. */
function fill(template: string, words: Record<string, string>): string {
  const wordFor = (name: string) => {
    const value = words[name];
    if (value === undefined) throw new Error(`the template asks for {{${name}}}, which nothing fills`);
    return value;
  };
  const lines = template.split('\n').flatMap((line) => {
    const alone = line.match(/^( *)\{\{(\w+)\}\}$/);
    if (!alone) return line.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => wordFor(name));
    const value = fill(wordFor(alone[2] ?? ''), words);
    return value === '' ? [] : value.split('\n').map((part) => `${alone[1]}${part}`.trimEnd());
  });
  return lines.join('\n');
}

function wordsOf(settings: EdgeSettings): Record<string, string> {
  const { limits, tls } = settings;
  const marked = (entries: string[]) => entries.map((entry) => `${checked(entry, network)} 1;`).join('\n');
  const files = ['prefix', 'cache', 'assets', 'pages', 'accessLog', 'errorLog'] as const;
  for (const name of files) checked(settings[name], file);
  return {
    user: settings.user ? `user ${checked(settings.user, /^[\w-]+( [\w-]+)?$/)};` : '',
    workers: checked(settings.workers, /^(auto|\d+)$/),
    prefix: settings.prefix,
    cache: settings.cache,
    cache_size: checked(settings.cacheSize, /^\d+[kmg]$/),
    assets: settings.assets,
    pages: settings.pages,
    access_log: settings.accessLog,
    error_log: settings.errorLog,
    listen: settings.listen.map((to) => listenLine(to, tls !== undefined)).join('\n'),
    upstreams: settings.upstreams.map(serverLine).join('\n'),
    gate: checked(settings.gate, address),
    gate_network: checked(settings.gate, address)
      .replace(/:\d+$/, '')
      .replace(/^\[|\]$/g, ''),
    server_name: settings.serverNames.length > 0 ? settings.serverNames.join(' ') : '_',
    any_host: settings.serverNames.length > 0 ? '0' : '1',
    hosts: settings.serverNames.map((name) => `${checked(name, /^[\w.*-]+$/)} 1;`).join('\n'),
    tls: tls ? readTemplate('parts/tls.conf') : '',
    certificate: tls ? checked(tls.certificate, file) : '',
    certificate_key: tls ? checked(tls.key, file) : '',
    real_ip: realIpLines(settings.balancers),
    balancers: marked(settings.balancers),
    operators: marked(settings.operators),
    unlimited: marked(settings.unlimited),
    ...limitWords(limits),
  };
}

function limitWords(limits: EdgeLimits): Record<string, string> {
  const rates = Object.entries(burstSeconds).flatMap(([rate, seconds]) => [
    [wordOf(rate, 'rate'), count(limits[rate as Rate])],
    [wordOf(rate, 'burst'), count(limits[rate as Rate] * seconds)],
  ]);
  return {
    ...Object.fromEntries(rates),
    session_connections: count(limits.sessionConnections),
    address_connections: count(limits.addressConnections),
    worker_connections: count(limits.workerConnections),
    worker_files: count(limits.workerConnections * filesPerConnection),
    keepalive_seconds: count(keepAliveSeconds),
  };
}

/** The templates' word for a rate: `address_calls_rate` for `addressCallsPerSecond`. */
const wordOf = (rate: string, what: 'rate' | 'burst') =>
  `${rate.replace('PerSecond', '').replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}_${what}`;

// Allowed forms of values. Any other value could end a directive and start a new one.
const address = /^(\[[0-9a-f:]+\]|[\w.-]+):\d+$/;
const network = /^[0-9a-f.:]+(\/\d+)?$/;
const file = /^[^\s;{}"'$\\]+$/;

function checked(value: string, form: RegExp): string {
  if (form.test(value)) return value;
  throw new Error(`"${value}" is not allowed in the edge's configuration: it does not match ${form}`);
}

function count(value: number): string {
  if (Number.isSafeInteger(value) && value > 0) return String(value);
  throw new Error(`a limit of the edge must be a whole number above 0, not ${value}`);
}

function listenLine(to: string, tls: boolean): string {
  const at = checked(to, /^((\[[0-9a-f:]+\]|[\w.*-]+):)?\d+$/);
  return `listen ${at}${tls ? ' ssl http2' : ''} default_server backlog=4096;`;
}

/** One failure takes a process out of rotation for two seconds. A single process always gets the requests. */
function serverLine(upstream: string): string {
  return `server ${checked(upstream, address)} max_fails=1 fail_timeout=2s;`;
}

function realIpLines(balancers: string[]): string {
  if (balancers.length === 0) return '';
  const from = balancers.map((entry) => `set_real_ip_from ${checked(entry, network)};`);
  return [...from, 'real_ip_header X-Forwarded-For;', 'real_ip_recursive on;'].join('\n');
}
