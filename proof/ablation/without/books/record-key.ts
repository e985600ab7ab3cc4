import * as shop from '#lib/platform/database/db.ts';
import { rewriting } from '../rewriting.ts';

/** A record is stored each time it is written. The other half of this guard is in the database. */

export * from '#lib/platform/database/db.ts';

export const sql: typeof shop.sql = () =>
  rewriting(shop.sql(), { 'ON CONFLICT (user_id, id) DO NOTHING': '' });
