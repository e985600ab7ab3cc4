import { type ChildProcess, spawn } from 'node:child_process';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultLimits } from './edge/limits.ts';
import { rotateLogs } from './edge/rotate-logs.ts';
import { type EdgeSettings, ownMachine, renderEdgeConfig } from './nginx-config.ts';
import { findNginx, logNames, prepareFolder } from './nginx-folder.ts';
import { choosePort, isFree } from './ports.ts';
import { capture } from './processes.ts';
import { watchdog } from './watchdog.ts';

/** An nginx in front of the shop. This process started it, and it ends with this process. */
export interface Edge {
  url: string;
  port: number;
  pid: number;
  /** Resolves when it has exited for any reason. */
  exited: Promise<void>;
  /**
   * Switches to other settings without losing a request. Throws and keeps the current ones when they are
   * invalid.
   */
  reload(change: Partial<EdgeOptions>): Promise<void>;
  /** Answers open requests and exits. */
  stop(): Promise<void>;
}

/** Missing settings have the defaults of `scripts/render-nginx.ts`. */
export type EdgeOptions = Partial<
  Omit<EdgeSettings, 'listen' | 'prefix' | 'cache' | 'assets' | 'pages' | 'accessLog' | 'errorLog' | 'user'>
> & { upstreams: string[] };

const startTimeoutMs = 10_000;
/** Longer than any answer takes: see the timeouts of the order gate. */
const stopTimeoutMs = 30_000;

/**
 * Starts nginx at `host:port` in a folder of its own under `dataDir`. Its cache is empty, because cached
 * answers may come from another build or another database. Resolves with undefined when the machine has no
 * nginx.
 */
export async function startEdge(start: {
  dataDir: string;
  host: string;
  port: number;
  options: EdgeOptions;
  /** The folder of built files that nginx sends itself. Without it, the edge gets them from the shop. */
  assets?: string;
  /** A larger log is moved aside. */
  maxLogBytes?: number;
  log: (line: string) => void;
}): Promise<Edge | undefined> {
  const { host, port, log } = start;
  const program = await findNginx();
  if (!program) return undefined;
  if (!(await isFree(port, host)))
    throw new Error(`port ${port} of ${host} is taken: choose another for the edge`);

  const folder = path.join(path.resolve(start.dataDir), 'edge');
  const user = await prepareFolder(folder, start.assets, log);
  const gate = start.options.gate ?? `127.0.0.1:${await choosePort()}`;
  let options = start.options;
  await writeConfig(program, folder, settingsOf(`${host}:${port}`, user, { gate, ...options }));

  // In a process group of its own, so that Ctrl-C stops the launcher, which then stops nginx.
  const child = spawn(program, argumentsFor(folder), { cwd: folder, stdio: 'ignore', detached: true });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program} did not start`);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve())).then(() =>
    endGroup(pid),
  );
  const guard = watchdog('kill "$1"', [String(pid)]);
  const stopRotating = rotateLogs(
    logNames.map((name) => path.join(folder, name)),
    { maxBytes: start.maxLogBytes, reopen: () => child.kill('SIGUSR1'), log },
  );
  void exited.then(stopRotating).then(guard.dismiss);
  await waitUntilListening(child, host, port, folder);

  return {
    url: `http${options.tls ? 's' : ''}://${host}:${port}`,
    port,
    pid,
    exited,
    reload: async (change) => {
      const next = { ...options, ...change };
      await writeConfig(program, folder, settingsOf(`${host}:${port}`, user, { gate, ...next }));
      options = next;
      child.kill('SIGHUP');
    },
    stop: () => stopChild(child, exited),
  };
}

/** Paths are relative to the folder, because its name might need quoting in the configuration. */
function settingsOf(
  listen: string,
  user: string | undefined,
  options: EdgeOptions & { gate: string },
): EdgeSettings {
  return {
    serverNames: [],
    tls: undefined,
    balancers: [],
    operators: [],
    unlimited: ownMachine,
    limits: defaultLimits(),
    cacheSize: '512m',
    workers: 'auto',
    ...options,
    listen: [listen],
    user,
    prefix: '.',
    cache: './cache',
    assets: './assets',
    pages: './pages',
    accessLog: './access.log',
    errorLog: './error.log',
  };
}

const configFile = 'nginx.conf';

const argumentsFor = (folder: string, config = configFile) => [
  ...['-p', folder],
  ...['-c', path.join(folder, config)],
  // Otherwise nginx opens its compiled-in log before it reads the configuration.
  ...['-e', path.join(folder, 'error.log')],
];

/** Installs a configuration once nginx has accepted it. */
async function writeConfig(program: string, folder: string, settings: EdgeSettings): Promise<void> {
  const candidate = `${configFile}.new`;
  await writeFile(path.join(folder, candidate), renderEdgeConfig(settings));
  const tested = await capture(program, ['-t', '-q', ...argumentsFor(folder, candidate)], { cwd: folder });
  if (tested.code !== 0) throw new Error(`nginx refuses its configuration:\n${tested.stderr.trim()}`);
  await rename(path.join(folder, candidate), path.join(folder, configFile));
}

async function waitUntilListening(
  child: ChildProcess,
  host: string,
  port: number,
  folder: string,
): Promise<void> {
  for (const deadline = Date.now() + startTimeoutMs; Date.now() < deadline; await sleep(20)) {
    if (child.exitCode !== null) break;
    if (await accepts(host, port)) return;
  }
  child.kill('SIGKILL');
  const words = await readFile(path.join(folder, 'error.log'), 'utf8').catch(() => '');
  throw new Error(`nginx did not start:\n${words.trimEnd().split('\n').slice(-5).join('\n')}`);
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => done(true)).once('error', () => done(false));
  });
}

async function stopChild(child: ChildProcess, exited: Promise<void>): Promise<void> {
  child.kill('SIGQUIT');
  const late = setTimeout(() => child.kill('SIGTERM'), stopTimeoutMs);
  await exited;
  clearTimeout(late);
}

/** Workers don't notice that their master was killed, but they share its process group. */
function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGTERM');
  } catch {
    // The group has already ended.
  }
}
