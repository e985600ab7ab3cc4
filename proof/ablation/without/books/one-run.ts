import * as shop from '#lib/platform/database/db.ts';
import { rewriting } from '../rewriting.ts';

/** A run begins beside an unfinished one. The other half of this guard is in the database. */

export * from '#lib/platform/database/db.ts';

const words = { 'ON CONFLICT ((true)) WHERE finished_at IS NULL DO NOTHING': '' };

export const sql: typeof shop.sql = () => rewriting(shop.sql(), words);
