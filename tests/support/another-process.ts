import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { onTestFinished } from 'vitest';

export interface ShopProcess {
  child: ChildProcess;
  url: string;
}

const main = path.resolve(import.meta.dirname, 'shop-process.ts');

/** Another process of this file's shop: the same database, Redis and provider. Ended by `atEnd`, with its test. */
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
