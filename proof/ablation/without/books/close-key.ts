import * as shop from '#lib/platform/database/db.ts';
import { rewriting } from '../rewriting.ts';

/** The figures of a day are stored each time it is closed. The other half of this guard is in the database. */

export * from '#lib/platform/database/db.ts';

const words = { 'ON CONFLICT (day, currency, method, version) DO NOTHING': '' };

export const sql: typeof shop.sql = () => rewriting(shop.sql(), words);
