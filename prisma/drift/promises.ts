import type { Client } from 'pg';
import { partitionKeysQuery } from './partition-keys.ts';

/**
 * What the database itself must refuse, whatever the application code does. Prisma's client doesn't know
 * these constraints. Each is matched by its definition, never by its name, because partitions and shards
 * rename constraints.
 */
interface Promise_ {
  sentence: string;
  table: string;
  /** As `pg_get_constraintdef` writes it. For a partial unique index: `UNIQUE (columns) WHERE …`. */
  definition: string;
}

const promises: readonly Promise_[] = [
  {
    sentence: 'nothing is sold that is not there',
    table: 'stock',
    definition: 'CHECK ((available >= 0))',
  },
  {
    sentence: 'an order gives its stock back once for each end',
    table: 'stock_movement',
    definition: 'PRIMARY KEY (sku, id, turn)',
  },
  {
    sentence: 'one submission makes one order',
    table: 'orders',
    definition: 'UNIQUE (user_id, submit_token)',
  },
  {
    sentence: 'one cart makes one order',
    table: 'orders',
    definition: 'UNIQUE (user_id, cart_id)',
  },
  {
    sentence: 'an order has one live payment',
    table: 'payment',
    definition:
      "UNIQUE (user_id, order_id) WHERE (status <> ALL (ARRAY['declined'::text, 'voided'::text, 'returning'::text, 'refunded'::text]))",
  },
  {
    sentence: 'a shopper has one open cart',
    table: 'cart',
    definition: "UNIQUE (user_id) WHERE (status = 'open'::text)",
  },
  {
    sentence: 'a total is the sum of its parts',
    table: 'orders',
    definition:
      'CHECK (((total_minor = (((subtotal_minor + shipping_minor) + tax_minor) - discount_minor)) AND (total_minor >= 0)))',
  },
  {
    sentence: 'an order comes from a cart of the same shopper',
    table: 'orders',
    definition: 'FOREIGN KEY (user_id, cart_id) REFERENCES cart(user_id, id)',
  },
  {
    sentence: 'a line belongs to an order of the same shopper',
    table: 'order_line',
    definition: 'FOREIGN KEY (user_id, order_id) REFERENCES orders(user_id, id)',
  },
  {
    sentence: 'a payment belongs to an order of the same shopper',
    table: 'payment',
    definition: 'FOREIGN KEY (user_id, order_id) REFERENCES orders(user_id, id)',
  },
  {
    sentence: 'a change that is recorded belongs to an order of the same shopper',
    table: 'order_event',
    definition: 'FOREIGN KEY (user_id, order_id) REFERENCES orders(user_id, id)',
  },
  {
    sentence: 'a line of an order has a quantity',
    table: 'order_line',
    definition: 'CHECK ((quantity > 0))',
  },
  {
    sentence: 'no payment is negative',
    table: 'payment',
    definition: 'CHECK ((amount_minor >= 0))',
  },
  {
    sentence: 'two changes of one version of an order are not both recorded',
    table: 'order_event',
    definition: 'PRIMARY KEY (user_id, order_id, version)',
  },
  {
    sentence: 'every product has a price in the currency of the shop',
    table: 'variant',
    definition: 'FOREIGN KEY (currency) REFERENCES shop(currency) DEFERRABLE',
  },
];

/** A trigger that keeps a promise, with the kinds of changes that it must see. */
interface Trigger {
  table: string;
  /** Its function. */
  does: string;
  /** As in `pg_trigger.tgtype`, where 2 is BEFORE and the others are the sum of `sees`. */
  type: number;
  otherwise: string;
}

const sees = { insert: 4, delete: 8, update: 16, truncate: 32 };
const everything = sees.insert + sees.delete + sees.update + sees.truncate;
const before = 2;

/** A change of these tables makes a new version of the pricing rules. */
const ruleTables = ['shipping_zone', 'country', 'shipping_method', 'shipping_rate', 'tax_rate', 'shop'];

const keepsBooks = (type: number): Trigger => ({
  table: 'stock',
  does: 'note_stock_movement',
  type,
  otherwise: 'the stock may change without a row in the ledger',
});

const triggers: readonly Trigger[] = [
  ...ruleTables.map((table) => ({
    table,
    does: 'count_pricing_change',
    type: everything,
    otherwise: 'orders may be priced by old rules',
  })),
  ...[sees.insert, sees.update, sees.delete, before + sees.truncate].map(keepsBooks),
  {
    table: 'stock_movement',
    does: 'move_stock',
    type: sees.insert,
    otherwise: 'orders may not take their items from stock',
  },
  {
    table: 'stock_movement',
    does: 'refuse_ledger_change',
    type: before + sees.delete + sees.update + sees.truncate,
    otherwise: 'the stock ledger can be rewritten',
  },
];

/** Of these triggers, those that are missing, disabled, or do not see the kinds of changes that they must. */
const missingTriggersQuery = `
  SELECT wanted.* FROM json_to_recordset($1) AS wanted ("table" text, does text, type int, otherwise text)
  WHERE NOT EXISTS (
    SELECT FROM pg_trigger
    WHERE tgrelid = wanted.table::regclass AND tgtype = wanted.type AND tgenabled IN ('O', 'A')
      AND tgfoid = wanted.does::regproc)`;

// A disabled constraint has a suffix in its definition, so it doesn't match.
const definitionsQuery = `
  SELECT conrelid::regclass::text AS table, pg_get_constraintdef(oid) AS definition
  FROM pg_constraint WHERE connamespace = current_schema()::regnamespace AND conparentid = 0 AND conrelid <> 0
  UNION ALL
  SELECT pk.table, pk.definition FROM (${partitionKeysQuery}) pk
  UNION ALL
  SELECT i.indrelid::regclass::text,
         format('UNIQUE (%s) WHERE %s',
                (SELECT string_agg(a.attname, ', ' ORDER BY k.position)
                 FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, position)
                 JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum),
                pg_get_expr(i.indpred, i.indrelid))
  FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
  WHERE i.indisunique AND i.indisvalid AND i.indpred IS NOT NULL AND i.indexprs IS NULL
    AND t.relnamespace = current_schema()::regnamespace AND NOT t.relispartition`;

/** The tables that are partitioned by shopper, each into 16 partitions. */
const partitioned = ['orders', 'order_line', 'payment', 'order_event'];
const partitionCount = 16;

const partitionsQuery = `
  SELECT parent::regclass::text AS table, pg_get_partkeydef(parent) AS key,
         (SELECT count(*)::int FROM pg_inherits WHERE inhparent = parent) AS partitions
  FROM unnest($1::regclass[]) AS parent`;

/** A crash empties an unlogged table, so such a table keeps no promise. */
const unloggedQuery = `
  SELECT relname FROM pg_class
  WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND relpersistence <> 'p'`;

/** Each promise, and whether the catalogue of the database has its constraint. */
export async function readPromises(client: Client): Promise<(Promise_ & { kept: boolean })[]> {
  const { rows } = await client.query<{ table: string; definition: string }>(definitionsQuery);
  const kept = new Set(rows.map((row) => `${row.table}: ${row.definition}`));
  return promises.map((promise) => ({
    ...promise,
    kept: kept.has(`${promise.table}: ${promise.definition}`),
  }));
}

/** Returns each broken promise as a sentence; empty when the database keeps them all. */
export async function brokenPromises(client: Client): Promise<string[]> {
  const broken = (await readPromises(client))
    .filter(({ kept }) => !kept)
    .map(
      ({ sentence, table, definition }) =>
        `${table}: ${definition} is missing, so "${sentence}" does not hold`,
    );

  const unlogged = await client.query<{ relname: string }>(unloggedQuery);
  broken.push(...unlogged.rows.map(({ relname }) => `${relname} is UNLOGGED: a crash would empty it`));

  const gone = await client.query<Trigger>(missingTriggersQuery, [JSON.stringify(triggers)]);
  broken.push(
    ...gone.rows.map(({ table, does, otherwise }) => `${table} has no trigger ${does}, so ${otherwise}`),
  );

  // On Citus, shards replace the partitions of these tables.
  const citus = await client.query("SELECT 1 FROM pg_extension WHERE extname = 'citus'");
  if (citus.rowCount) return broken;
  const parts = await client.query<{ table: string; key: string | null; partitions: number }>(
    partitionsQuery,
    [partitioned],
  );
  const uneven = parts.rows.filter(
    ({ key, partitions }) => key !== 'HASH (user_id)' || partitions !== partitionCount,
  );
  return [
    ...broken,
    ...uneven.map(({ table }) => `${table} is not in ${partitionCount} partitions by HASH (user_id)`),
  ];
}
