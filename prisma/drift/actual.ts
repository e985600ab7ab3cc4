import type { Client } from 'pg';
import { partitionKeysQuery } from './partition-keys.ts';
import { foreignKeyOf, keyOf, type Table } from './tables.ts';

// Leaves out partitions, which their parent represents, and the table of the migrations.
const shopTables = `
  SELECT oid, relname FROM pg_class
  WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
    AND NOT relispartition AND relname <> '_prisma_migrations'`;

// Leaves out generated columns: no client can write them, so no client has to know them.
const columnsQuery = `
  SELECT t.relname AS table, a.attname AS column, format_type(a.atttypid, a.atttypmod) AS type,
         NOT a.attnotnull AS nullable
  FROM (${shopTables}) t JOIN pg_attribute a ON a.attrelid = t.oid
  WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
  ORDER BY a.attnum`;

const keysQuery = `
  SELECT t.relname AS table, i.indisprimary AS primary,
         (SELECT array_agg(a.attname::text ORDER BY k.position)
          FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, position)
          JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum
          WHERE k.position <= i.indnkeyatts) AS columns
  FROM (${shopTables}) t JOIN pg_index i ON i.indrelid = t.oid
  WHERE i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL`;

// conparentid = 0 gives one row for the key of a partitioned table, and none for those of its partitions.
const foreignKeysQuery = `
  SELECT t.relname AS table, target.relname AS target,
         (SELECT array_agg(a.attname::text ORDER BY k.position)
          FROM unnest(c.conkey) WITH ORDINALITY AS k (attnum, position)
          JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum) AS columns,
         (SELECT array_agg(a.attname::text ORDER BY k.position)
          FROM unnest(c.confkey) WITH ORDINALITY AS k (attnum, position)
          JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.attnum) AS to
  FROM (${shopTables}) t JOIN pg_constraint c ON c.conrelid = t.oid AND c.contype = 'f' AND c.conparentid = 0
  JOIN pg_class target ON target.oid = c.confrelid
  WHERE c.convalidated
  UNION ALL
  SELECT pk.table, pk.target, pk.columns, pk.to FROM (${partitionKeysQuery}) pk`;

interface Row {
  table: string;
  column: string;
  type: string;
  nullable: boolean;
  primary: boolean;
  columns: string[];
  target: string;
  to: string[];
}

/** The tables of the database, by name. */
export async function actualTables(client: Client): Promise<Map<string, Table>> {
  const [names, columns, keys, foreignKeys] = [
    await client.query<{ relname: string }>(shopTables),
    await client.query<Row>(columnsQuery),
    await client.query<Row>(keysQuery),
    await client.query<Row>(foreignKeysQuery),
  ];
  const tables = new Map<string, Table>();
  for (const { relname } of names.rows) {
    tables.set(relname, { columns: new Map(), primaryKey: '', uniqueKeys: [], foreignKeys: [] });
  }
  for (const { table, column, type, nullable } of columns.rows) {
    tables.get(table)?.columns.set(column, { type, nullable });
  }
  for (const row of keys.rows) {
    const table = tables.get(row.table);
    if (table && row.primary) table.primaryKey = keyOf(row.columns);
    else table?.uniqueKeys.push(keyOf(row.columns));
  }
  for (const row of foreignKeys.rows) {
    tables.get(row.table)?.foreignKeys.push(foreignKeyOf(row.columns, row.target, row.to));
  }
  return tables;
}
