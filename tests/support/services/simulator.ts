import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import Stripe from 'stripe';
import { afterAll } from 'vitest';
import { type Simulator, type SimulatorOptions, startSimulator } from '#proof/simulator/start-simulator.ts';

/** What to undo at the end of the file, newest first. Includes what a test opened while running. */
const cleanings: (() => unknown)[] = [];
afterAll(async () => {
  for (const clean of cleanings.reverse()) await clean();
});

/** A folder for a simulator's books, removed at the end of the file. */
export function simulatorFolder(): string {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'once-simulator-'));
  cleanings.push(() => rmSync(dataDir, { recursive: true, force: true }));
  return dataDir;
}

/** A simulator in this process, closed at the end of the file. Its pauses are short. */
export async function openSimulator(options: Partial<SimulatorOptions> = {}): Promise<Simulator> {
  const simulator = await startSimulator({
    dataDir: options.dataDir ?? simulatorFolder(),
    retryMs: 20,
    settleMs: 100,
    ...options,
  });
  cleanings.push(() => simulator.kill());
  return simulator;
}

/** The official client without retries, so a test sees each answer. */
export function stripeFor(url: string, secretKey = 'sk_test_simulator', timeout = 10_000): Stripe {
  const { hostname, port } = new URL(url);
  return new Stripe(secretKey, { host: hostname, port, protocol: 'http', maxNetworkRetries: 0, timeout });
}

/** Sends an action of the provider's dashboard over HTTP. Resolves with the changed objects. */
export async function atDashboard(
  url: string,
  action: string,
  params: Record<string, string | number | boolean>,
  // biome-ignore lint/suspicious/noExplicitAny: the tests say which members they mean.
): Promise<Record<string, any>> {
  const answer = await fetch(`${url}/_test/dashboard/${action}`, {
    method: 'POST',
    body: new URLSearchParams(Object.entries(params).map(([name, value]) => [name, String(value)])),
  });
  return { httpStatus: answer.status, ...((await answer.json()) as object) };
}

/** Sends charges to plant over HTTP: an object, or a line as it is. Resolves with the answer. */
export async function plantOver(url: string, charges: (object | string)[]): Promise<Record<string, unknown>> {
  const lines = charges.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
  const answer = await fetch(`${url}/_test/plant`, { method: 'POST', body: lines.join('\n') });
  return { httpStatus: answer.status, ...((await answer.json()) as object) };
}

/** A simulator in a process of its own, as `npm start` runs it. A test can kill it. */
export async function spawnSimulator(dataDir: string): Promise<{ url: string; child: ChildProcess }> {
  const main = path.resolve(import.meta.dirname, '..', '..', '..', 'proof', 'simulator', 'main.ts');
  const child = spawn(process.execPath, [main, '--port', '0', '--data-dir', dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, STRIPE_SECRET_KEY: undefined, STRIPE_WEBHOOK_SECRET: undefined },
  });
  cleanings.push(() => child.kill('SIGKILL'));
  for await (const text of child.stdout) {
    const url = String(text).match(/http:\S+/)?.[0];
    if (url) return { url, child };
  }
  throw new Error('the simulator did not start');
}
