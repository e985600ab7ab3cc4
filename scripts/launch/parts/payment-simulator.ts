import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChildFailed, lastLines } from '#scripts/launch/child.ts';
import { keepUntilStopped } from '#scripts/launch/keep-running.ts';
import { step } from '#scripts/launch/progress.ts';
import { choosePort } from '#scripts/services/ports.ts';
import { commandOf, waitForExit } from '#scripts/services/processes.ts';
import { watchdog } from '#scripts/services/watchdog.ts';
import type { Services } from './prepare-services.ts';

/**
 * The payment simulator in a process of its own, with its books under `DATA_DIR/till`. A newcomer can pay with
 * a test card immediately, and no money moves.
 */

const root = path.resolve(import.meta.dirname, '..', '..', '..');
/** For a loaded machine. On an idle one, it takes less than a second. */
const startTimeoutMs = 60_000;
const stopTimeoutMs = 10_000;

/** Stays the same across restarts, because payments in progress depend on it. */
interface Settings {
  port: number;
  secretKey: string;
  webhookSecret: string;
}

interface RunningSimulator {
  pid: number;
  stop: () => Promise<void>;
}

/**
 * Starts the simulator and configures the shop for it, unless the shop has a provider: a STRIPE_SECRET_KEY. A
 * shop that others can reach gets no simulator, because test cards must not pay there.
 */
export async function preparePaymentSimulator(
  { dataDir, variables, shutdown }: Services,
  shopUrl: string,
): Promise<void> {
  if (variables.STRIPE_SECRET_KEY) return;
  if (variables.LOCAL_SHOP !== '1') {
    await step(
      'payment simulator',
      async () => 'none without STRIPE_SECRET_KEY: card payment is off',
      String,
    );
    return;
  }
  const folder = path.join(dataDir, 'till');
  mkdirSync(folder, { recursive: true });
  await waitForOrphan(folder);
  const settings = await readSettings(folder);
  const webhookUrl = `${shopUrl}/api/webhooks/payments`;
  const start = () => startSimulatorProcess(folder, settings, webhookUrl);
  const simulator = await step(
    'payment simulator',
    start,
    () => `test cards, no money: 127.0.0.1:${settings.port}`,
  );
  Object.assign(variables, {
    STRIPE_SECRET_KEY: settings.secretKey,
    STRIPE_WEBHOOK_SECRET: settings.webhookSecret,
    STRIPE_API_BASE: `http://127.0.0.1:${settings.port}`,
  });
  keepUntilStopped({ name: 'the payment simulator', service: simulator, restart: start, shutdown });
}

/** A killed launcher's simulator ends by itself. Two simulators must not write to the same books. */
async function waitForOrphan(folder: string): Promise<void> {
  const file = pidFile(folder);
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  if (!pid || !commandOf(pid)?.includes('proof/simulator/main.ts')) return;
  if (await waitForExit(pid, stopTimeoutMs)) return;
  process.kill(pid, 'SIGKILL');
  await waitForExit(pid, stopTimeoutMs);
}

function pidFile(folder: string): string {
  return path.join(folder, 'pid');
}

async function readSettings(folder: string): Promise<Settings> {
  const file = path.join(folder, 'settings.json');
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Settings) : undefined;
  const settings = {
    secretKey: kept?.secretKey ?? `sk_test_${randomBytes(18).toString('hex')}`,
    webhookSecret: kept?.webhookSecret ?? `whsec_${randomBytes(24).toString('hex')}`,
    port: await choosePort(kept?.port),
  };
  writeFileSync(file, JSON.stringify(settings), { mode: 0o600 });
  return settings;
}

async function startSimulatorProcess(
  folder: string,
  settings: Settings,
  webhookUrl: string,
): Promise<RunningSimulator> {
  const { port, secretKey, webhookSecret } = settings;
  const logFile = path.join(folder, 'simulator.log');
  const output = openSync(logFile, 'a');
  const child = spawn(
    process.execPath,
    [path.join(root, 'proof', 'simulator', 'main.ts'), '--port', String(port)],
    {
      cwd: folder,
      env: {
        SIMULATOR_DATA_DIR: folder,
        SIMULATOR_WEBHOOK_URL: webhookUrl,
        STRIPE_SECRET_KEY: secretKey,
        STRIPE_WEBHOOK_SECRET: webhookSecret,
      } as unknown as NodeJS.ProcessEnv,
      stdio: ['ignore', output, output],
      // A process group of its own: Ctrl-C reaches only the launcher, which stops the shop first.
      detached: true,
    },
  );
  closeSync(output);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve()).once('error', () => resolve());
  });
  const { pid } = child;
  if (pid === undefined) throw new ChildFailed('the payment simulator could not be started');
  writeFileSync(pidFile(folder), String(pid));
  const guard = watchdog('kill "$1"', [String(pid)]);
  void exited.then(guard.dismiss);
  const stop = async () => {
    await stopChild(child, exited);
    rmSync(pidFile(folder), { force: true });
  };
  for (const deadline = Date.now() + startTimeoutMs; Date.now() < deadline; await sleep(50)) {
    if (child.exitCode !== null) break;
    if (await answers(port)) return { pid, stop };
  }
  const how = child.exitCode === null ? `did not answer within ${startTimeoutMs / 1_000} s` : 'ended';
  await stop();
  throw new ChildFailed(
    `the payment simulator ${how}. The end of ${logFile}:\n\n${lastLines(logFile) || '(empty)'}`,
  );
}

/** Whether it answers. A call without a key is refused, and a refusal is an answer. */
async function answers(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/payment_intents`, {
      signal: AbortSignal.timeout(1_000),
    });
    await answer.body?.cancel();
    return answer.status === 401;
  } catch {
    return false;
  }
}

async function stopChild(child: ChildProcess, exited: Promise<void>): Promise<void> {
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  await exited;
  clearTimeout(late);
}
