import { startTcpProxy, type TcpProxy } from '#proof/harness/tcp-proxy.ts';
import { type PostgresServer, startPostgres } from '#scripts/services/postgres.ts';
import { clusterFiles } from '#scripts/services/postgres-cluster.ts';
import { isAlive, waitForExit } from '#scripts/services/processes.ts';
import { watchdog } from '#scripts/services/watchdog.ts';
import { type Service, signalTo } from './service.ts';

/** A killed process is gone immediately. This allows for a machine with other work. */
const goneWithinMs = 10_000;

export interface PostgresService extends Service {
  /** Bypasses every proxy. */
  connectionString(): string;
  pid(): number | undefined;
  /** The folder of its files. */
  data: string;
}

export async function postgresService(folder: string): Promise<PostgresService> {
  let server: PostgresServer | undefined;
  let guard: { dismiss: () => void } | undefined;
  let address = '';
  const start = async () => {
    // It may have ended by itself, or be restarting.
    server = await startPostgres({ dataDir: folder, log: () => undefined });
    address = server.connectionString;
    guard?.dismiss();
    // SIGINT is a fast, clean shutdown, for when this process is killed.
    guard = watchdog('kill -INT "$1"', [String(server.pid)]);
  };
  const gone = () => {
    guard?.dismiss();
    server = undefined;
  };
  await start();
  return {
    start,
    data: clusterFiles(folder).data,
    connectionString: () => address,
    pid: () => server?.pid,
    async kill() {
      const ended = signalTo(server?.pid, 'SIGKILL');
      if (server) await waitForExit(server.pid, goneWithinMs);
      gone();
      return ended;
    },
    async stop() {
      const ended = server && isAlive(server.pid) ? 1 : 0;
      await server?.stop();
      gone();
      return ended;
    },
    signal: (name) => signalTo(server?.pid, name),
  };
}

/** A database behind a proxy, which leads to it wherever it is started again. */
export interface ProxiedPostgres {
  postgres: PostgresService;
  proxy: TcpProxy;
  /** The address that goes through the proxy. */
  url: string;
}

export async function behindProxy(server: PostgresService): Promise<ProxiedPostgres> {
  const portNow = () => Number(new URL(server.connectionString()).port);
  const proxy = await startTcpProxy(portNow());
  const url = new URL(server.connectionString());
  url.port = String(proxy.port);
  const start = async () => {
    await server.start();
    proxy.retarget(portNow());
  };
  return { postgres: { ...server, start }, proxy, url: url.href };
}
