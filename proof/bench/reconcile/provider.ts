import os from 'node:os';
import path from 'node:path';
import { listens, startChild } from '#proof/harness/services/child.ts';
import type { ChargeToPlant } from '#proof/simulator/dashboard/plant.ts';
import { choosePort } from '#scripts/services/ports.ts';

/** The simulated payment provider, in a process of its own. */
export interface Provider {
  /** The shop's variables for it. */
  variables: Record<string, string>;
  pid: number;
  plant(charges: readonly ChargeToPlant[]): Promise<void>;
  stop(): Promise<void>;
}

const secretKey = 'sk_test_simulator';

/** A million charges need a few GB. */
const heapMb = 8_192;

/** Charges in one request. */
const perRequest = 50_000;

export async function startProvider(folder: string): Promise<Provider> {
  const port = await choosePort();
  const url = `http://127.0.0.1:${port}`;
  const data = path.join(folder, 'provider');
  const { pid, stop } = await startChild({
    command: process.execPath,
    args: [
      `--max-old-space-size=${heapMb}`,
      path.join('proof', 'simulator', 'main.ts'),
      ...['--port', String(port), '--data-dir', data, '--secret-key', secretKey],
    ],
    logFile: path.join(folder, 'provider.log'),
    ready: () => listens(port),
  });
  // It is in place of another company's machines, and shares these cores.
  os.setPriority(pid, os.constants.priority.PRIORITY_BELOW_NORMAL);
  return {
    variables: { STRIPE_SECRET_KEY: secretKey, STRIPE_API_BASE: url },
    pid,
    stop,
    async plant(charges) {
      for (let at = 0; at < charges.length; at += perRequest) {
        const lines = charges.slice(at, at + perRequest).map((charge) => JSON.stringify(charge));
        const response = await fetch(`${url}/_test/plant`, { method: 'POST', body: lines.join('\n') });
        if (!response.ok) throw new Error(`the provider takes no charges: ${await response.text()}`);
      }
    },
  };
}
