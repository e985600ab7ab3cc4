import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { choosePort } from '#scripts/services/ports.ts';
import { capture } from '#scripts/services/processes.ts';
import { watchdog } from '#scripts/services/watchdog.ts';
import { openLog } from './open-log.ts';

/** A Grafana with the shop's dashboards. This process started it, and it ends with this process. */
export interface Grafana {
  url: string;
  pid: number;
  stop(): Promise<void>;
}

const deployed = path.resolve(import.meta.dirname, '../../../deploy/observability');

/** Where Grafana's own packages put its pages. */
const homePath = '/usr/share/grafana';
/** The first start fills a database. */
const startTimeoutMs = 60_000;
const stopTimeoutMs = 10_000;
/** Grafana's own port is that of the shop. */
const preferredPort = 3001;

/** Resolves with undefined when the machine has no Grafana, or when it does not start: the shop needs none. */
export async function startGrafana(dataDir: string, prometheusUrl: string): Promise<Grafana | undefined> {
  const installed = await capture('grafana', ['--version']).catch(() => undefined);
  if (installed?.code !== 0) return undefined;
  const folder = path.join(dataDir, 'grafana');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const port = await choosePort(preferredPort);
  const log = openLog(folder, 'grafana.log');
  const child = spawn('grafana', ['server', '--homepath', homePath], {
    cwd: folder,
    stdio: ['ignore', log.fd, log.fd],
    env: { ...process.env, ...settings(folder, port), ONCE_PROMETHEUS_URL: prometheusUrl },
    // A process group of its own: Ctrl-C reaches only the launcher, which then stops everything in order.
    detached: true,
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve()).once('error', () => resolve());
  });
  const { pid } = child;
  if (pid === undefined) return undefined;
  const guard = watchdog('kill "$1"', [String(pid)]);
  void exited.then(guard.dismiss);
  const stop = async () => {
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
    await exited;
    clearTimeout(late);
  };
  const url = `http://127.0.0.1:${port}`;
  for (const deadline = Date.now() + startTimeoutMs; Date.now() < deadline; await sleep(100)) {
    if (child.exitCode !== null || child.signalCode !== null) break;
    const answer = await fetch(`${url}/api/health`).catch(() => undefined);
    if (answer?.ok) return { url, pid, stop };
  }
  await stop();
  return undefined;
}

/** Read-only without a sign-in, because only this machine can reach it. */
const settings = (folder: string, port: number): Record<string, string> => ({
  GF_PATHS_DATA: path.join(folder, 'data'),
  GF_PATHS_LOGS: path.join(folder, 'logs'),
  GF_PATHS_PROVISIONING: path.join(deployed, 'grafana'),
  GF_SERVER_HTTP_ADDR: '127.0.0.1',
  GF_SERVER_HTTP_PORT: String(port),
  GF_AUTH_ANONYMOUS_ENABLED: 'true',
  GF_ANALYTICS_REPORTING_ENABLED: 'false',
  GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
  ONCE_DASHBOARDS: path.join(deployed, 'dashboards'),
});
