import { sql } from '#lib/platform/database/db.ts';
import * as shop from '#lib/reconciliation/runs.ts';

/** A process writes the progress of its run even if another process has taken the run meanwhile. */

export * from '#lib/reconciliation/runs.ts';

export const advance: typeof shop.advance = async (run, progress) => {
  const [row] = await sql().$queryRaw<{ lease: string }[]>`
    SELECT lease FROM reconciliation WHERE id = ${run.id}::uuid`;
  return shop.advance({ ...run, lease: row?.lease ?? run.lease }, progress);
};
