import { fork } from 'node:child_process';
import { openSync } from 'node:fs';
import path from 'node:path';
import type { Reconciled } from '#proof/bench/reconcile/reconcile-process.ts';
import { lastLines } from '#scripts/launch/child.ts';

/** A reconciliation in a process of its own. */
export interface Reconciliation {
  /** Rejects with the end of its log when the process fails. */
  done: Promise<Reconciled>;
  /** Resolves when the process has ended. Its CPU time counts as this process's from then on. */
  end(): Promise<void>;
}

export function startReconciliation(variables: Record<string, string>, logFile: string): Reconciliation {
  const log = openSync(logFile, 'a');
  const child = fork(path.join(import.meta.dirname, 'reconcile-process.ts'), {
    env: { ...process.env, ...variables },
    stdio: ['ignore', log, log, 'ipc'],
  });
  const done = new Promise<Reconciled>((resolve, reject) => {
    child.once('message', (reconciled) => resolve(reconciled as Reconciled));
    child.once('exit', (code) =>
      reject(new Error(`the reconciliation ended with ${code}; its log ends:\n${lastLines(logFile)}`)),
    );
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const end = () => {
    if (child.connected) child.disconnect();
    return ended;
  };
  return { done, end };
}
