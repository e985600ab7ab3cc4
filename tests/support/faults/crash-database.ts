import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { migrate } from '#prisma/migrate.ts';
import { postgresService } from '#proof/chaos/lab/services.ts';
import { startTcpProxy, type TcpProxy } from '#tests/support/faults/tcp-proxy.ts';

/** A PostgreSQL of one test file, because no test may kill the server that all files share. */
export interface OwnDatabase {
  /** Its address, through the proxy. */
  url: string;
  /** All connections go through it. */
  proxy: TcpProxy;
  /** Sends kill -9 and waits until the server is gone. */
  kill(): Promise<void>;
  /** Starts it again and waits until it has recovered. */
  start(): Promise<void>;
}

/** Starts it with every migration applied, and ends it with the file. Call it before the shop is opened. */
export async function openOwnDatabase(): Promise<OwnDatabase> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'once-crash-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const postgres = await postgresService(folder);
  afterAll(() => postgres.stop());
  const portNow = () => Number(new URL(postgres.connectionString()).port);
  await migrate(postgres.connectionString(), () => undefined);
  const proxy = await startTcpProxy(portNow());
  afterAll(() => proxy.close());
  const url = new URL(postgres.connectionString());
  url.port = String(proxy.port);
  return {
    url: url.href,
    proxy,
    async kill() {
      if ((await postgres.kill()) === 0) throw new Error('there was no database to kill');
    },
    async start() {
      await postgres.start();
      proxy.retarget(portNow());
    },
  };
}
