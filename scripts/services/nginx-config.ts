import { readFileSync } from 'node:fs';
import path from 'node:path';

/** What differs from one edge to another. Addresses are `host:port`, networks `10.0.0.0/8`. */
export interface EdgeSettings {
  /** Where shoppers reach it: `127.0.0.1:8080`, `443`, `[::]:443`. */
  listen: string[];
  /** The shop's Node processes. */
  upstreams: string[];
  /** An address of this machine for the second server of the edge, which no shopper reaches. */
  gate: string;
  /** Names the shop is called by; a request for another one is refused. None: every name is its. */
  serverNames: string[];
  tls: { certificate: string; key: string } | undefined;
  /** Load balancers in front of the edge, whose X-Forwarded-For is believed. */
  balancers: string[];
  /** Who may ask for /api/ready and /api/metrics. */
  operators: string[];
  /** Who is not counted by address. */
  unlimited: string[];
  limits: EdgeLimits;
  /** Where nginx keeps what it writes: pid, temporary files. */
  prefix: string;
  /** The folder of the cached answers, and how large each of its two caches may become. */
  cache: string;
  cacheSize: string;
  accessLog: string;
  errorLog: string;
  /** The folder of the pages for humans, `deploy/nginx/errors` or a copy. */
  pages: string;
  workers: string;
  /** The system user of the workers. Only where nginx is started by root. */
  user: string | undefined;
}

/** Requests a second, and connections with a request in work. */
export interface EdgeLimits {
  sessionPerSecond: number;
  sessionConnections: number;
  newcomersPerSecond: number;
  addressPerSecond: number;
  addressConnections: number;
}

const templates = path.resolve(import.meta.dirname, '../../deploy/nginx');

export const defaultPages = path.join(templates, 'errors');

export const defaultLimits: EdgeLimits = {
  sessionPerSecond: 10,
  sessionConnections: 20,
  newcomersPerSecond: 200,
  addressPerSecond: 1_000,
  addressConnections: 2_000,
};

/** Nobody shops from the machine itself; its owner tries, measures and monitors from there. */
export const ownMachine = ['127.0.0.0/8', '::1'];

/**
 * How many may come at once before the rate counts: seconds' worth of it. A page with all its
 * parts, and then another, is a few dozen requests; a lesson that begins is a crowd of newcomers.
 */
const burstSeconds = { session: 4, newcomer: 10, address: 4 };

const origin = '# Rendered from deploy/nginx by scripts/render-nginx.ts. Change it there.';

/** The whole configuration as one text. Throws on a value that would not stay a value in it. */
export function renderEdgeConfig(settings: EdgeSettings): string {
  return `${origin}\n\n${fill(readTemplate('nginx.conf'), wordsOf(settings))}\n`;
}

/** A template with each `include parts/…;` replaced by that file, as far in as its include is. */
function readTemplate(file: string): string {
  const text = readFileSync(path.join(templates, file), 'utf8').trimEnd();
  return text.replaceAll(/^( *)include (parts\/[\w-]+\.conf);$/gm, (_, indent: string, part: string) =>
    readTemplate(part).replaceAll(/^(?=.)/gm, indent),
  );
}

/** A line that is nothing but a word may become several lines, or none. */
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
  const files = ['prefix', 'cache', 'pages', 'accessLog', 'errorLog'] as const;
  for (const name of files) checked(settings[name], file);
  return {
    user: settings.user ? `user ${checked(settings.user, /^[\w-]+( [\w-]+)?$/)};` : '',
    workers: checked(settings.workers, /^(auto|\d+)$/),
    prefix: settings.prefix,
    cache: settings.cache,
    cache_size: checked(settings.cacheSize, /^\d+[kmg]$/),
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
    session_rate: count(limits.sessionPerSecond),
    session_burst: count(limits.sessionPerSecond * burstSeconds.session),
    session_connections: count(limits.sessionConnections),
    newcomer_rate: count(limits.newcomersPerSecond),
    newcomer_burst: count(limits.newcomersPerSecond * burstSeconds.newcomer),
    address_rate: count(limits.addressPerSecond),
    address_burst: count(limits.addressPerSecond * burstSeconds.address),
    address_connections: count(limits.addressConnections),
  };
}

// Forms of values. What has none of these could end a directive and begin another.
const address = /^(\[[0-9a-f:]+\]|[\w.-]+):\d+$/;
const network = /^[0-9a-f.:]+(\/\d+)?$/;
const file = /^[^\s;{}"'$\\]+$/;

function checked(value: string, form: RegExp): string {
  if (form.test(value)) return value;
  throw new Error(`"${value}" cannot stand in the edge's configuration: it does not match ${form}`);
}

function count(value: number): string {
  if (Number.isSafeInteger(value) && value > 0) return String(value);
  throw new Error(`a limit of the edge must be a whole number above 0, not ${value}`);
}

function listenLine(to: string, tls: boolean): string {
  const at = checked(to, /^((\[[0-9a-f:]+\]|[\w.*-]+):)?\d+$/);
  return `listen ${at}${tls ? ' ssl http2' : ''} default_server backlog=4096;`;
}

/** One failure takes a process out for two seconds; a lone one is always asked. */
function serverLine(upstream: string): string {
  return `server ${checked(upstream, address)} max_fails=1 fail_timeout=2s;`;
}

function realIpLines(balancers: string[]): string {
  if (balancers.length === 0) return '';
  const from = balancers.map((entry) => `set_real_ip_from ${checked(entry, network)};`);
  return [...from, 'real_ip_header X-Forwarded-For;', 'real_ip_recursive on;'].join('\n');
}
