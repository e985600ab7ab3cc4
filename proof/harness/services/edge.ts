import { clientNetworks } from '#proof/harness/shopper/networks.ts';
import { wideLimits } from '#scripts/services/edge/limits.ts';
import { startEdge } from '#scripts/services/nginx.ts';
import { ownMachine } from '#scripts/services/nginx-config.ts';
import { choosePort } from '#scripts/services/ports.ts';
import type { Service } from './service.ts';

/** nginx as in `deploy/nginx`, in front of both processes of the shop. */
export interface EdgeService extends Service {
  port: number;
  /**
   * As after a change of its settings: new workers start, and old ones end once they have answered. 1 if
   * it ran.
   */
  reload(): Promise<number>;
}

/** Undefined where the machine has no nginx. */
export async function edgeService(folder: string, appPorts: number[]): Promise<EdgeService | undefined> {
  const port = await choosePort();
  const options = {
    workers: '2',
    upstreams: appPorts.map((one) => `127.0.0.1:${one}`),
    // Clients say which network they come from, as a load balancer does. nginx must not limit them, so
    // that the shop's own limits are reached.
    balancers: ['127.0.0.1'],
    limits: wideLimits,
    unlimited: [...ownMachine, ...clientNetworks],
  };
  const open = async () => {
    const opened = await startEdge({
      dataDir: folder,
      host: '127.0.0.1',
      port,
      options,
      log: () => undefined,
    });
    // However it ended, it must be possible to start it again.
    void opened?.exited.then(() => {
      edge = undefined;
    });
    return opened;
  };
  let edge = await open();
  if (!edge) return undefined;
  // The master and its workers are one process group.
  const signalAll = (name: NodeJS.Signals) => {
    if (!edge) return 0;
    process.kill(-edge.pid, name);
    return 1;
  };
  return {
    port,
    async start() {
      edge ??= await open();
    },
    async kill() {
      const ended = signalAll('SIGKILL');
      await edge?.exited;
      edge = undefined;
      return ended;
    },
    async stop() {
      const ended = edge ? 1 : 0;
      await edge?.stop();
      edge = undefined;
      return ended;
    },
    signal: signalAll,
    async reload() {
      if (!edge) return 0;
      await edge.reload({});
      return 1;
    },
  };
}
