import { expect, onTestFinished, test, vi } from 'vitest';
import { keepUntilStopped } from './keep-running.ts';
import { Shutdown } from './shutdown.ts';

test('a service that did not start is tried again until it runs, and is stopped with the shop', async () => {
  const spy = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  onTestFinished(() => void spy.mockRestore());
  const stop = vi.fn(async () => undefined);
  const restart = vi
    .fn(async () => ({ pid: process.pid, stop }))
    .mockRejectedValueOnce(new Error('the disk is full'));
  const shutdown = new Shutdown();
  keepUntilStopped({ name: 'Prometheus', service: undefined, restart, retryAfterMs: 1, shutdown });
  await expect.poll(() => restart.mock.calls.length).toBe(2);
  shutdown.abort(new Error('the test is over'));
  expect(await shutdown.stopAll()).toBe(true);
  expect(stop).toHaveBeenCalledOnce();
});
