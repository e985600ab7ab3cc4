import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { onTestFinished } from 'vitest';

/** A worker in a process of its own, as in production. */
export interface TestWorker {
  child: ChildProcess;
  /** Resolves when the worker runs jobs. Rejects with its output if it ends before that. */
  ready: Promise<void>;
  exited: Promise<{ code: number | null; signal: string | null }>;
  /** What it has logged so far. */
  log(): string;
}

const root = path.resolve(import.meta.dirname, '../../..');

/** Starts it with this process's configuration. It ends with the test. */
export function startWorker(variables: Record<string, string> = {}): TestWorker {
  const child = spawn(process.execPath, ['worker.ts'], {
    cwd: root,
    env: { ...process.env, LOG_LEVEL: 'info', JOB_POLL_MS: '100', ...variables },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let words = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      words += chunk.toString();
    });
  }
  const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const ready = new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    void exited.then(() => reject(new Error(`the worker ended:\n${words}`)));
  });
  ready.catch(() => undefined);
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, ready, exited, log: () => words };
}
