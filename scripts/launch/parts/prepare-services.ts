import { openClient } from '#lib/platform/database/db-session.ts';
import { migrate } from '#prisma/migrate.ts';
import { seed } from '#prisma/seed.ts';
import { keepUntilStopped } from '#scripts/launch/keep-running.ts';
import type { Variables } from '#scripts/launch/options.ts';
import { say, step } from '#scripts/launch/progress.ts';
import type { Shutdown } from '#scripts/launch/shutdown.ts';
import { startPostgres } from '#scripts/services/postgres.ts';
import { openDatabase } from './database.ts';
import { chooseRedis } from './redis.ts';

export interface Services {
  dataDir: string;
  /** The shop's environment. The addresses of started services are added to it. */
  variables: Variables;
  shutdown: Shutdown;
}

/** Opens the database, keeps it running if it is ours, and applies the migrations. */
export async function prepareDatabase({ dataDir, variables, shutdown }: Services): Promise<void> {
  const database = await step(
    'database',
    (note) => openDatabase(variables, dataDir, note),
    ({ description }) => description,
  );
  variables.DATABASE_URL = database.url;
  if (database.server) {
    keepUntilStopped({
      name: 'PostgreSQL',
      service: database.server,
      restart: () => startPostgres({ dataDir, log: say }),
      shutdown,
    });
  }
  shutdown.signal.throwIfAborted();
  await step(
    'migrations',
    (note) => migrate(database.url, note),
    (applied) => (applied.length > 0 ? `${applied.length} applied` : 'up to date'),
  );
  shutdown.signal.throwIfAborted();
  await step(
    'catalogue',
    () => fillCatalogue(database.url),
    (products) => (products > 0 ? `${products} products` : 'in place'),
  );
}

/** Seeds an empty shop. A shop with products is left alone, because its prices may have changed since. */
async function fillCatalogue(connectionString: string): Promise<number> {
  const client = await openClient({ connectionString });
  const { rowCount } = await client.query('SELECT 1 FROM product LIMIT 1').finally(() => client.end());
  if (rowCount) return 0;
  const { products } = await seed({ connectionString, log: () => undefined });
  return products;
}

/** Finds or starts a Redis, and keeps it running if it is ours. */
export async function prepareRedis({ dataDir, variables, shutdown }: Services): Promise<void> {
  const choice = await step(
    'redis',
    () => chooseRedis(variables, dataDir),
    ({ description }) => description,
  );
  Object.assign(variables, choice.variables);
  const { server } = choice;
  if (!server) return;
  const { respawn } = server;
  keepUntilStopped({
    name: 'Redis',
    service: server,
    restart: async () => {
      const fresh = await respawn();
      if (!fresh) throw new Error('redis-server is no longer there');
      return fresh;
    },
    shutdown,
  });
}
