import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { migrate } from '#prisma/migrate.ts';
import { seed } from '#prisma/seed.ts';
import { root } from './services/child.ts';
import { type PostgresService, postgresService } from './services/postgres.ts';
import { type RedisService, redisService } from './services/redis.ts';

/** A harness that is being opened, part by part. */
export interface Opening {
  /** For the parts' files and logs. */
  folder: string;
  say: (line: string) => void;
  /** Stops the start in an orderly way. */
  signal: AbortSignal;
  /** Registers how the part that was just started ends. The newest part ends first. */
  atEnd(end: () => Promise<unknown>): void;
}

export interface Closing {
  /** Ends all parts and removes their folder, unless it is to be kept. */
  close(options: { keep: boolean }): Promise<void>;
}

/** Opens a harness in a folder of its own. A failed start leaves nothing running and keeps its logs. */
export async function open<Parts>(
  { name, say, signal }: { name: string } & Pick<Opening, 'say' | 'signal'>,
  start: (opening: Opening) => Promise<Parts>,
): Promise<Parts & Closing> {
  // On the repository's disk: a folder of temporary files may be in memory, where a commit costs
  // nothing.
  await mkdir(path.join(root, '.data'), { recursive: true });
  const folder = await mkdtemp(path.join(root, '.data', `${name}-`));
  // Servers that drop root's privileges pass through it to folders of their own.
  await chmod(folder, 0o711);
  const ends: (() => Promise<unknown>)[] = [];
  const close = async ({ keep }: { keep: boolean }) => {
    for (const end of ends.splice(0).reverse()) await end();
    if (!keep) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const atEnd = (end: () => Promise<unknown>) => void ends.push(end);
    return { ...(await start({ folder, say, signal, atEnd })), close };
  } catch (error) {
    await close({ keep: !signal.aborted });
    throw error;
  }
}

/** Starts PostgreSQL, with the shop's tables and catalogue, and an empty Redis. */
export async function startStores({
  folder,
  atEnd,
}: Opening): Promise<{ postgres: PostgresService; redis: RedisService }> {
  const postgres = await postgresService(folder);
  atEnd(() => postgres.stop());
  await migrate(postgres.connectionString(), () => undefined);
  await seed({ connectionString: postgres.connectionString(), log: () => undefined });
  const redis = await redisService(folder);
  atEnd(() => redis.stop());
  return { postgres, redis };
}
