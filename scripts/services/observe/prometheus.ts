import { type ChildProcess, spawn } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastLines } from '#scripts/launch/child.ts';
import { choosePort } from '#scripts/services/ports.ts';
import { capture } from '#scripts/services/processes.ts';
import { watchdog } from '#scripts/services/watchdog.ts';
import { openLog } from './open-log.ts';

/** A Prometheus that this process started and that ends with it. */
export interface Prometheus {
  url: string;
  pid: number;
  stop(): Promise<void>;
}

/** What it scrapes: `host:port` of the shop, and of nginx in front of it. */
export interface Targets {
  shop: string;
  edge: string | undefined;
  /** METRICS_TOKEN. */
  token: string | undefined;
}

const deployed = path.resolve(import.meta.dirname, '../../../deploy/observability');

/** Where Prometheus listens by default. */
const usualPort = 9090;
/** A large store is read at the start. */
const startTimeoutMs = 60_000;
const stopTimeoutMs = 10_000;

export async function isPrometheusInstalled(): Promise<boolean> {
  return capture('prometheus', ['--version']).then(
    ({ code }) => code === 0,
    () => false,
  );
}

/** Starts it on the loopback interface, with its data below `dataDir`. `signal` ends the wait for it. */
export async function startPrometheus(
  dataDir: string,
  targets: Targets,
  signal?: AbortSignal,
): Promise<Prometheus> {
  const folder = path.join(dataDir, 'prometheus');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeConfig(folder, targets);
  const port = await choosePort(usualPort);
  const url = `http://127.0.0.1:${port}`;
  const log = openLog(folder, 'prometheus.log');
  const child = spawn(
    'prometheus',
    [
      '--config.file=prometheus.yml',
      '--storage.tsdb.path=data',
      '--storage.tsdb.retention.time=15d',
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    // A process group of its own: Ctrl-C reaches only the launcher, which then stops everything in order.
    { cwd: folder, stdio: ['ignore', log.fd, log.fd], detached: true },
  );
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve()).once('error', () => resolve());
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('prometheus could not be started');
  const guard = watchdog('kill "$1"', [String(pid)]);
  void exited.then(guard.dismiss);
  const stop = () => stopChild(child, exited);
  if (await isReady(url, child, signal)) return { url, pid, stop };
  await stop();
  throw new Error(`prometheus did not start. The end of ${log.file}:\n\n${lastLines(log.file)}`);
}

async function isReady(url: string, child: ChildProcess, signal?: AbortSignal): Promise<boolean> {
  for (const deadline = Date.now() + startTimeoutMs; Date.now() < deadline; await sleep(100)) {
    if (child.exitCode !== null || child.signalCode !== null || signal?.aborted) return false;
    const answer = await fetch(`${url}/-/ready`).catch(() => undefined);
    if (answer?.ok) return true;
  }
  return false;
}

async function stopChild(child: ChildProcess, exited: Promise<void>): Promise<void> {
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  await exited;
  clearTimeout(late);
}

/** The same jobs as in deploy/observability/prometheus.yml, for the addresses of this start. */
async function writeConfig(folder: string, { shop, edge, token }: Targets): Promise<void> {
  const inside = (name: string) => path.join(folder, name);
  await copyFile(path.join(deployed, 'alerts.yml'), inside('alerts.yml'));
  await writeFile(inside('token'), token ?? '', { mode: 0o600 });
  await writeFile(inside('prometheus.yml'), configFor({ shop, edge, hasToken: token !== undefined }));
}

function configFor({ shop, edge, hasToken }: { shop: string; edge?: string; hasToken: boolean }): string {
  const job = (name: string, metricsPath: string, target: string, more: string[] = []) => [
    `  - job_name: ${name}`,
    `    metrics_path: ${metricsPath}`,
    ...more,
    `    static_configs: [{ targets: ['${target}'] }]`,
  ];
  return [
    'global: { scrape_interval: 15s, evaluation_interval: 15s }',
    'rule_files: [alerts.yml]',
    'scrape_configs:',
    ...job('once', '/api/metrics', shop, hasToken ? ['    authorization: { credentials_file: token }'] : []),
    ...(edge ? job('once-edge', '/edge-metrics', edge) : []),
    '',
  ].join('\n');
}
