import { availableParallelism } from 'node:os';
import path from 'node:path';
import { Advice } from '#scripts/advice.ts';
import { keepUntilStopped } from '#scripts/launch/keep-running.ts';
import type { Variables } from '#scripts/launch/options.ts';
import { requireFreePort } from '#scripts/launch/port-owner.ts';
import { dim, say, step } from '#scripts/launch/progress.ts';
import { defaultCapacityFile, readCapacity } from '#scripts/services/edge/capacity.ts';
import { type EdgeLimits, limitsOf, type Machine } from '#scripts/services/edge/limits.ts';
import { type Edge, startEdge } from '#scripts/services/nginx.ts';
import { ownMachine } from '#scripts/services/nginx-config.ts';
import { findNginx } from '#scripts/services/nginx-folder.ts';
import { urlOf } from './app.ts';
import { assetsFolder } from './build-assets.ts';
import type { Services } from './prepare-services.ts';

/**
 * Checks that nginx can start and that its capacity file can be read, before any long work starts, and makes
 * the shop trust its headers.
 */
export async function announceEdge(edge: {
  host: string;
  port: number;
  variables: Variables;
}): Promise<void> {
  const { host, port, variables } = edge;
  if (!(await findNginx())) {
    throw new Advice(
      '--edge needs nginx 1.22 or later, and there is none:  apt-get install nginx  or  brew install nginx',
    );
  }
  limitsFor(variables);
  await requireFreePort(port, host, '--edge-port');
  variables.TRUSTED_PROXIES = [variables.TRUSTED_PROXIES, '127.0.0.1'].filter(Boolean).join(',');
}

/**
 * Starts nginx in front of the open shop and restarts it if it ends. Resolves with the address for shoppers.
 */
export async function openEdge(
  { dataDir, variables, shutdown }: Services,
  edge: { root: string; host: string; port: number; appPort: number; observe: boolean },
): Promise<string> {
  const { root, host, port, appPort, observe } = edge;
  const upstreams = [new URL(urlOf(host, appPort)).host];
  const { limits, why } = limitsFor(variables);
  // This machine's Prometheus may ask nginx for its metrics.
  const options = { upstreams, limits, ...(observe && { operators: ownMachine }) };
  const open = async (): Promise<Edge> => {
    const edge = await startEdge({
      dataDir,
      host,
      port,
      options,
      assets: path.join(root, assetsFolder),
      log: say,
    });
    if (!edge) throw new Advice('nginx is no longer there');
    return edge;
  };
  const started = await step('edge', open, ({ pid }) => `nginx answers, process ${pid}`);
  say(dim(`    ${why}`));
  keepUntilStopped({ name: 'the edge', service: started, restart: open, shutdown });
  return urlOf(host, port);
}

/** The limits for this machine, and a line that says which they are and what they follow from. */
function limitsFor({ EDGE_CAPACITY, WEB_CONCURRENCY }: Variables): { limits: EdgeLimits; why: string } {
  const file = EDGE_CAPACITY === undefined ? defaultCapacityFile : path.resolve(EDGE_CAPACITY);
  const machine: Machine = { cores: availableParallelism(), processes: Number(WEB_CONCURRENCY ?? 1) };
  const limits = limitsOf(adviceIfUnreadable(file), machine);
  return { limits, why: describeLimits(limits, machine, path.relative(process.cwd(), file)) };
}

function adviceIfUnreadable(file: string) {
  try {
    return readCapacity(file);
  } catch (error) {
    throw new Advice((error as Error).message);
  }
}

function describeLimits(limits: EdgeLimits, { cores, processes }: Machine, file: string): string {
  const { ordersPerSecond, callsPerSecond, pagesPerSecond, rendersPerSecond, searchesPerSecond } = limits;
  const rates = [
    `${ordersPerSecond} orders`,
    `${callsPerSecond} calls`,
    `${pagesPerSecond} pages`,
    `${rendersPerSecond} pages to render`,
    `${searchesPerSecond} searches`,
  ];
  const from = `${processes} Node ${processes === 1 ? 'process' : 'processes'} on ${cores} cores`;
  return `limits a second: ${rates.join(', ')} (${file}, for ${from})`;
}
