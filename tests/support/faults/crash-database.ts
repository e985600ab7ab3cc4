import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { migrate } from '#prisma/migrate.ts';
import { behindProxy, postgresService } from '#proof/harness/services/postgres.ts';
import type { TcpProxy } from '#proof/harness/tcp-proxy.ts';

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
  const { postgres, proxy, url } = await behindProxy(await postgresService(folder));
  afterAll(() => postgres.stop());
  afterAll(() => proxy.close());
  await migrate(postgres.connectionString(), () => undefined);
  return {
    url,
    proxy,
    async kill() {
      if ((await postgres.kill()) === 0) throw new Error('there was no database to kill');
    },
    start: postgres.start,
  };
}
