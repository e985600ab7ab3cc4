import { spawn } from 'node:child_process';

/**
 * Runs a shell script when this process has ended for any reason: after kill -9, nothing else can clean up.
 * The watchdog waits on a pipe that only this process holds open. `args` reach the script as $1, $2 and so
 * on. Call `dismiss` after a regular cleanup.
 */
export function watchdog(script: string, args: string[]): { dismiss: () => void } {
  const child = spawn('/bin/sh', ['-c', `cat >/dev/null; ${script}`, 'watchdog', ...args], {
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
    // A process group of its own: Ctrl-C must not end the watchdog before it has cleaned up.
    detached: true,
  });
  child.on('error', () => undefined);
  child.unref();
  // The pipe must not keep this process alive either.
  (child.stdin as unknown as { unref?: () => void }).unref?.();
  return { dismiss: () => void child.kill('SIGKILL') };
}
