import type { Pool, PoolClient } from 'pg';
import { Prisma } from '#lib/generated/prisma/client.ts';
import { statementName } from '#lib/platform/database/statement-name.ts';

/** Runs statements, within a transaction or without one. Prisma's client and its transactions can do it, too. */
export interface SqlRunner {
  /** Resolves with the rows. */
  $queryRaw<Rows>(statement: TemplateStringsArray | Prisma.Sql, ...values: unknown[]): Promise<Rows>;
  /** Resolves with the number of rows that were changed. */
  $executeRaw(statement: TemplateStringsArray | Prisma.Sql, ...values: unknown[]): Promise<number>;
}

/** The driver without Prisma, for what most page views need: a statement costs less than half. */
export interface SqlClient extends SqlRunner {
  /** Commits when `work` resolves, and rolls back when it throws. Read committed. */
  $transaction<Result>(work: (tx: SqlRunner) => Promise<Result>): Promise<Result>;
}

export function makeSqlClient(pool: Pool): SqlClient {
  return {
    ...runnerOf(pool),
    async $transaction(work) {
      const client = await pool.connect();
      let broken: Error | undefined;
      try {
        await client.query('BEGIN');
        const result = await work(runnerOf(client));
        const { command } = await client.query('COMMIT');
        // PostgreSQL answers so, without an error, if an earlier statement failed and `work` ignored that.
        if (command !== 'COMMIT')
          throw new Error('the transaction was rolled back: a statement in it failed');
        return result;
      } catch (error) {
        // A connection that cannot roll back is in an unknown state: the pool must not use it again.
        await client.query('ROLLBACK').catch((failure) => {
          broken = failure;
        });
        throw error;
      } finally {
        client.release(broken);
      }
    },
  };
}

function runnerOf(connection: Pool | PoolClient): SqlRunner {
  const run = (statement: TemplateStringsArray | Prisma.Sql, values: unknown[]) => {
    const { text, values: all } =
      statement instanceof Prisma.Sql ? statement : Prisma.sql(statement, ...values);
    return connection.query({ name: statementName(text), text, values: all });
  };
  return {
    $queryRaw: async <Rows>(statement: TemplateStringsArray | Prisma.Sql, ...values: unknown[]) =>
      (await run(statement, values)).rows as Rows,
    $executeRaw: async (statement, ...values) => (await run(statement, values)).rowCount ?? 0,
  };
}
