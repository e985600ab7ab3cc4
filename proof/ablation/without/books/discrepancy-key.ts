import * as shop from '#lib/platform/database/db.ts';
import { rewriting } from '../rewriting.ts';

/** A finding belongs to the discrepancy with its id. The other half of this guard is in the database. */

export * from '#lib/platform/database/db.ts';

const words = { 'ON CONFLICT (kind, subject) DO UPDATE': 'ON CONFLICT (id) DO UPDATE' };

export const sql: typeof shop.sql = () => rewriting(shop.sql(), words);
