import * as shop from '#lib/platform/database/db.ts';
import { rewriting } from '../rewriting.ts';

/** An entry is stored each time it is listed. The other half of this guard is in the database. */

export * from '#lib/platform/database/db.ts';

export const sql: typeof shop.sql = () => rewriting(shop.sql(), { 'ON CONFLICT (ref) DO NOTHING': '' });
