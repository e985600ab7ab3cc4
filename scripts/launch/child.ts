import { spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import type { Variables } from './options.ts';

/** A child process that failed, with its last output. */
export class ChildFailed extends Error {}

/** The end of a log, for an error message. */
export function lastLines(file: string, count = 25): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
  } catch {
    return '';
  }
}

/** Runs a command to its end with its output in a log. Throws with the log's last lines when it fails. */
export function runLogged(
  command: string,
  args: string[],
  options: { what: string; cwd: string; env: Variables; logFile: string; signal: AbortSignal },
): Promise<void> {
  const { what, cwd, env, logFile, signal } = options;
  const output = openSync(logFile, 'w');
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: env as NodeJS.ProcessEnv,
      stdio: ['ignore', output, output],
      signal,
      killSignal: 'SIGTERM',
    });
    child.on('error', (error) => reject(signal.aborted ? signal.reason : error));
    child.on('exit', (code) => {
      if (signal.aborted) return reject(signal.reason);
      if (code === 0) return resolve();
      reject(new ChildFailed(`${what} failed. The end of ${logFile}:\n\n${lastLines(logFile)}`));
    });
  });
}
