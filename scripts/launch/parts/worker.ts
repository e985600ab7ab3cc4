import { spawn } from 'node:child_process';
import { ChildFailed, lastLines } from '#scripts/launch/child.ts';
import { keepUntilStopped } from '#scripts/launch/keep-running.ts';
import type { Variables } from '#scripts/launch/options.ts';
import { step } from '#scripts/launch/progress.ts';
import type { Shutdown } from '#scripts/launch/shutdown.ts';
import { watchdog } from '#scripts/services/watchdog.ts';
import { urlOf } from './app.ts';
import type { AppLog } from './app-log.ts';

/** For a loaded machine. On an idle one, it takes a second. */
const readyTimeoutMs = 60_000;
/** The worker gives its jobs 20 s and then exits by itself. This limit is for a worker that hangs. */
const stopTimeoutMs = 30_000;

interface RunningWorker {
  pid: number;
  /** Lets running jobs finish. Resolves with whether the worker exited by itself and without an error. */
  stop: () => Promise<boolean>;
}

/** Starts the worker beside the shop, with the shop's variables and log, and keeps it running. */
export async function openWorker(options: {
  root: string;
  variables: Variables;
  log: AppLog;
  shutdown: Shutdown;
}): Promise<void> {
  const { variables, shutdown } = options;
  const start = () => startWorker(options);
  // The full address: with --edge shoppers use another one, which has no mailbox.
  const mailbox = `${urlOf(String(variables.HOST), Number(variables.PORT))}/mailbox`;
  const kept =
    variables.LOCAL_SHOP === '1' ? `and keeps emails at ${mailbox}` : 'and keeps emails: no SMTP_URL';
  const worker = await step(
    'worker',
    start,
    () => `runs jobs ${variables.SMTP_URL ? 'and sends emails' : kept}`,
  );
  keepUntilStopped({ name: 'the worker', service: worker, restart: start, shutdown });
}

async function startWorker({
  root,
  variables,
  log,
}: {
  root: string;
  variables: Variables;
  log: AppLog;
}): Promise<RunningWorker> {
  const child = spawn(process.execPath, ['worker.ts'], {
    cwd: root,
    env: variables as unknown as NodeJS.ProcessEnv,
    // The channel carries one message, that jobs are running, and is then closed.
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
    // A process group of its own: Ctrl-C reaches only the launcher, which then stops everything in order.
    detached: true,
  });
  const { pid } = child;
  if (pid === undefined) throw new ChildFailed('worker.ts could not be started');
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  // If the launcher is killed, the worker ends too. The next start runs its jobs.
  const guard = watchdog('kill "$1"', [String(pid)]);
  void exited.then(guard.dismiss);
  const stop = async () => {
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
    const code = await exited;
    clearTimeout(late);
    return code === 0;
  };
  const ready = new Promise<boolean>((resolve) => {
    child.once('message', () => resolve(true));
    const late = setTimeout(() => resolve(false), readyTimeoutMs);
    void exited.then(() => clearTimeout(late)).then(() => resolve(false));
  });
  if (await ready) return { pid, stop };
  await stop();
  throw new ChildFailed(`the worker did not start. The end of ${log.file}:\n\n${lastLines(log.file)}`);
}
