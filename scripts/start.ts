import path from 'node:path';
import { isLoopbackName } from '#lib/platform/exposure.ts';
import { keepBackups } from '#scripts/backup/keep-backups.ts';
import { type App, startApp, urlOf } from '#scripts/launch/parts/app.ts';
import { AppLog } from '#scripts/launch/parts/app-log.ts';
import { ensureBuild } from '#scripts/launch/parts/build.ts';
import { announceEdge, openEdge } from '#scripts/launch/parts/edge.ts';
import { announceObserve, openObserve } from '#scripts/launch/parts/observe.ts';
import { preparePaymentSimulator } from '#scripts/launch/parts/payment-simulator.ts';
import { prepareDatabase, prepareRedis, type Services } from '#scripts/launch/parts/prepare-services.ts';
import { openWorker } from '#scripts/launch/parts/worker.ts';
import { Advice } from './advice.ts';
import { ChildFailed, lastLines } from './launch/child.ts';
import { type DataDirLock, describeHolder, takeDataDir } from './launch/data-dir-lock.ts';
import { checkVariables, readOptions, readVariables, usage } from './launch/options.ts';
import { requireFreePort } from './launch/port-owner.ts';
import { bold, dim, duration, red, say, step } from './launch/progress.ts';
import { findSecret } from './launch/secret.ts';
import { Shutdown, Stopped } from './launch/shutdown.ts';
import { choosePort } from './services/ports.ts';
import { commandOf, waitForExit } from './services/processes.ts';

/** `npm start`: from a clone to an open shop, and an orderly stop of everything. */

const root = path.resolve(import.meta.dirname, '..');
/** After its launcher was killed, a shop allows 20 s for the requests it had admitted. */
const orphanTimeoutMs = 25_000;

interface Launch extends Services {
  dev: boolean;
  host: string;
  port: number;
  edgePort: number | undefined;
  observe: boolean;
  /** For how many days backups are kept. */
  keptDays: number;
  lock: DataDirLock;
}

/** When a launcher is killed, its shop ends too, after it has answered the requests it had admitted. */
async function waitForOrphan({ lock }: Launch): Promise<void> {
  const { appPid } = lock.previous ?? {};
  if (!appPid || !commandOf(appPid)?.includes('server.ts')) return;
  say(dim(`  waiting for the shop of an earlier start (process ${appPid}) to finish`));
  if (await waitForExit(appPid, orphanTimeoutMs)) return;
  process.kill(appPid, 'SIGKILL');
  await waitForExit(appPid, orphanTimeoutMs);
}

/** Builds what changed, starts the shop and waits until it answers. */
async function openShop(launch: Launch, log: AppLog, url: string): Promise<App> {
  const { dev, dataDir, host, port, variables, shutdown, lock } = launch;
  const { signal } = shutdown;
  if (!dev) {
    const logFile = path.join(dataDir, 'logs', 'build.log');
    await step('build', () => ensureBuild({ root, logFile, variables, signal }), String);
  }
  signal.throwIfAborted();
  const own = {
    NODE_ENV: dev ? 'development' : 'production',
    HOST: host,
    PORT: String(port),
    DATA_DIR: dataDir,
  };
  const environment = { ...variables, ...own };
  const onSpawn = (appPid: number) => lock.update({ appPid });
  const app = await step(
    'shop',
    () => startApp({ root, variables: environment, url, log, onSpawn, signal }),
    () =>
      Number(variables.WEB_CONCURRENCY) > 1 ? `${variables.WEB_CONCURRENCY} processes answer` : 'answers',
  );
  shutdown.add('the shop', () => app.stop().finally(() => log.show()));
  lock.update({ url });
  await openWorker({ root, variables: environment, log, shutdown });
  return app;
}

async function launchShop(launch: Launch, started: number): Promise<void> {
  const { host, port, edgePort, dataDir, variables, shutdown } = launch;
  await waitForOrphan(launch);
  await requireFreePort(port, host);
  if (edgePort !== undefined) await announceEdge({ host, port: edgePort, variables });
  const observe = launch.observe && (await announceObserve(launch));
  const { secret, from } = findSecret(variables, dataDir);
  variables.ONCE_SECRET = secret;
  await step('secret', async () => from, String);
  await prepareDatabase(launch);
  await keepBackups(launch);
  shutdown.signal.throwIfAborted();
  await prepareRedis(launch);
  shutdown.signal.throwIfAborted();
  await preparePaymentSimulator(launch, urlOf(host, port));
  shutdown.signal.throwIfAborted();
  const log = new AppLog(dataDir, { chatty: launch.dev });
  log.follow(shutdown.signal);
  const app = await openShop(launch, log, urlOf(host, port));
  const url =
    edgePort === undefined
      ? urlOf(host, port)
      : await openEdge(launch, { root, host, port: edgePort, appPort: port, observe });
  if (observe) {
    const edgeUrl = edgePort === undefined ? undefined : url;
    await openObserve(launch, { appUrl: urlOf(host, port), edgeUrl });
  }

  say(`\n  The shop is open: ${bold(url)}  ${dim(`after ${duration(performance.now() - started)}`)}`);
  if (!isLoopbackName(host) && !variables.PUBLIC_URL) {
    say(dim('  It answers to addresses of this machine. For a name, set PUBLIC_URL or ALLOWED_HOSTS.'));
  }
  say(dim(`  Ctrl-C closes it. Its log: ${path.relative(process.cwd(), log.file)}\n`));
  const { code, signal } = await Promise.race([app.exited, whenAborted(shutdown.signal)]);
  const how = signal ? `was ended by ${signal}` : `ended with exit code ${code}`;
  throw new ChildFailed(`The shop ${how}. The end of ${log.file}:\n\n${lastLines(log.file)}`);
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

async function main(): Promise<number> {
  const started = performance.now();
  const { dev, edgePort, help, observe, variables } = readOptions(process.argv.slice(2), readVariables(root));
  if (help) {
    say(usage);
    return 0;
  }
  const { port, host, dataDir, backupKeptDays, local } = checkVariables(variables);
  variables.LOCAL_SHOP = local ? '1' : '0';
  const lock = takeDataDir(dataDir, dev ? 'npm run dev' : 'npm start');
  if ('heldBy' in lock) throw new Advice(describeHolder(dataDir, lock.heldBy));
  const shutdown = new Shutdown();
  shutdown.add('the lock', async () => lock.release());
  const launch = {
    dev,
    edgePort,
    observe,
    host,
    dataDir,
    keptDays: backupKeptDays,
    lock,
    shutdown,
    variables,
    port: port || (await choosePort()),
  };
  try {
    await launchShop(launch, started);
    return 0;
  } catch (error) {
    const asked = error instanceof Stopped;
    if (!asked) report(error);
    shutdown.abort(error as Error);
    const well = await shutdown.stopAll();
    if (asked && well) say('Everything is stopped');
    return asked && well ? 0 : 1;
  }
}

function report(error: unknown): void {
  const { message, stack } = error as Error;
  say(`\n${red(error instanceof Advice || error instanceof ChildFailed ? message : (stack ?? message))}`);
}

process.exit(
  await main().catch((error) => {
    report(error);
    return 1;
  }),
);
