import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { onTestFinished } from 'vitest';

export interface ShopProcess {
  child: ChildProcess;
  url: string;
}

const main = path.resolve(import.meta.dirname, 'shop-process.ts');

/**
 * Starts another process of this file's shop, with the same database, Redis and provider. `atEnd` registers
 * its end.
 */
export async function startShopProcess(
  variables: Record<string, string> = {},
  atEnd: (end: () => void) => void = onTestFinished,
): Promise<ShopProcess> {
  const env = { ...process.env, ...variables };
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  atEnd(() => void child.kill('SIGKILL'));
  for await (const text of child.stdout) {
    const url = String(text).match(/http:\S+/)?.[0];
    if (url) return { child, url };
  }
  throw new Error('the process did not start');
}
