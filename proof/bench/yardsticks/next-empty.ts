import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Scenario } from '#proof/bench/bench.ts';
import { documentHeaders, scriptHeaders } from '#proof/bench/browser/headers.ts';
import { scriptBytesOf } from '#proof/bench/browser/scripts.ts';
import { type Kind, type KindResult, measureKind } from '#proof/bench/calls/measure-kind.ts';
import { measurementOf } from '#proof/bench/calls/measurement-of.ts';
import { type Child, listens, root, startChild } from '#proof/harness/services/child.ts';
import { v8Args } from '#scripts/launch/server-args.ts';
import { choosePort } from '#scripts/services/ports.ts';
import { capture } from '#scripts/services/processes.ts';

const counts = { full: 2_000, quick: 100 };
const connections = 16;
/** Seconds on an idle machine. */
const buildLimitMs = 900_000;

const source = path.join(root, 'proof', 'bench', 'yardsticks', 'next-empty');
const nextProgram = path.join(root, 'node_modules', 'next', 'dist', 'bin', 'next');

const nextStart = {
  name: 'next start',
  args: (port: number) => [nextProgram, 'start', '-H', '127.0.0.1', '-p', String(port)],
};

/** The ways to serve the app. The faster one is the yardstick. */
const servers: (typeof nextStart)[] = [
  { name: 'a custom server', args: (port) => [path.join(source, 'custom-server.ts'), String(port)] },
  nextStart,
];

/** Next's own cost: an app of the same version that does nothing. */
export const nextEmpty: Scenario = {
  name: 'next-empty',
  about: 'an empty Next app: a page with a cookie and 60 fields, the same page built ahead, and small JSON',
  against: [],
  async run(bench) {
    const folder = await buildEmptyApp(bench.harness.folder, bench.say);
    const count = bench.options.quick ? counts.quick : counts.full;
    let best: { server: string; dynamic: KindResult } | undefined;
    for (const { name, args } of servers) {
      const dynamic = await serve(folder, args, (origin, pids) =>
        measureKind(origin, pids, kindsOf(origin).dynamic, { count: Math.ceil(count / 2), connections }),
      );
      bench.say(`  ${name}: ${dynamic.part.cpuMs.node?.toFixed(2)} ms of CPU for the dynamic page`);
      if (!best || isFaster(dynamic, best.dynamic)) best = { server: name, dynamic };
    }
    const server = best?.server ?? '';
    const { args } = servers.find(({ name }) => name === server) ?? servers[0] ?? { args: () => [] };
    return serve(folder, args, async (origin, pids) => {
      const results: KindResult[] = [];
      for (const kind of Object.values(kindsOf(origin))) {
        results.push(await measureKind(origin, pids, kind, { count, connections }));
      }
      const model = `as fast as answers come, ${connections} at a time`;
      const about = { id: 'next-empty', title: `An empty Next app, ${server}`, model };
      const figures = {
        'JavaScript of the static page, gzip KB': (await scriptBytesOf(origin, '/static')) / 1000,
        'JavaScript of the dynamic page, gzip KB': (await scriptBytesOf(origin, '/dynamic')) / 1000,
      };
      return [measurementOf(about, results, figures)];
    });
  },
};

const isFaster = (one: KindResult, other: KindResult) =>
  (one.part.cpuMs.node ?? Number.NaN) < (other.part.cpuMs.node ?? Number.NaN);

/**
 * Copies the app into `parent`, the folder of a harness, and builds it there: that folder is beside
 * `node_modules`. Resolves with the app's folder.
 */
export async function buildEmptyApp(parent: string, say: (line: string) => void): Promise<string> {
  const folder = path.join(parent, 'next-empty');
  await mkdir(folder);
  await cp(path.join(source, 'app'), path.join(folder, 'app'), { recursive: true });
  await writeFile(path.join(folder, 'package.json'), JSON.stringify({ name: 'next-empty', private: true }));
  // Without a root, Next would look for the folder that has a lockfile.
  const config = { turbopack: { root }, typescript: { ignoreBuildErrors: true }, agentRules: false };
  await writeFile(
    path.join(folder, 'next.config.mjs'),
    `export default ${JSON.stringify({ ...config, poweredByHeader: false })};\n`,
  );
  say('  building the empty app');
  const built = await capture(process.execPath, [nextProgram, 'build'], {
    cwd: folder,
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    timeoutMs: buildLimitMs,
  });
  if (built.code === 0) return folder;
  throw new Error(`the empty app could not be built:\n${(built.stdout + built.stderr).slice(-2_000)}`);
}

async function serve<Value>(
  folder: string,
  args: (port: number) => string[],
  use: (origin: string, pids: { node: number }) => Promise<Value>,
): Promise<Value> {
  const { origin, pid, stop } = await startEmptyApp(folder, args);
  try {
    return await use(origin, { node: pid });
  } finally {
    await stop();
  }
}

/** Starts the built app, with `next start` unless `args` say otherwise. */
export async function startEmptyApp(
  folder: string,
  args = nextStart.args,
): Promise<Child & { origin: string }> {
  const port = await choosePort();
  const server = await startChild({
    command: process.execPath,
    args: [...v8Args, ...args(port)],
    variables: { NODE_ENV: 'production' },
    cwd: folder,
    logFile: `${folder}.log`,
    ready: () => listens(port),
  });
  return { ...server, origin: `http://127.0.0.1:${port}` };
}

function kindsOf(origin: string): Record<'dynamic' | 'static' | 'ping', Kind> {
  const host = { host: new URL(origin).host };
  const visitor = 'visitor=Ada';
  const page = (path: string, cookie: Record<string, string>) => ({
    method: 'GET' as const,
    url: path,
    headers: { ...host, ...documentHeaders(`${origin}/`), ...cookie },
  });
  const ping = {
    method: 'GET' as const,
    url: '/api/ping',
    headers: { ...host, ...scriptHeaders({ method: 'GET', from: `${origin}/static` }), cookie: visitor },
  };
  return {
    dynamic: {
      name: 'dynamic page',
      requests: [page('/dynamic', { cookie: visitor })],
      shown: 'id="field-60"',
    },
    static: { name: 'static page', requests: [page('/static', {})], shown: 'id="field-60"' },
    ping: { name: 'JSON', requests: [ping], shown: 'pong' },
  };
}
