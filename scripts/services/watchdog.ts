import { spawn } from 'node:child_process';

/**
 * Runs a shell script when this process is gone, however it went: kill -9 leaves nobody to
 * clean up otherwise. The watchdog waits on a pipe that only this process holds open.
 * `args` reach the script as $1, $2 and so on. Call `dismiss` once the cleaning was done in order.
 */
export function watchdog(script: string, args: string[]): { dismiss: () => void } {
  const child = spawn('/bin/sh', ['-c', `cat >/dev/null; ${script}`, 'watchdog', ...args], {
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
    // Its own group: Ctrl-C is for those who can finish their work, not for their cleaner.
    detached: true,
  });
  child.on('error', () => undefined);
  child.unref();
  // The pipe must not keep this process alive either.
  (child.stdin as unknown as { unref?: () => void }).unref?.();
  return { dismiss: () => void child.kill('SIGKILL') };
}
