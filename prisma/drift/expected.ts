import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Column, foreignKeyOf, keyOf, type Table } from './tables.ts';

/** The parts of Prisma's data model that this check reads. ../datamodel-generator.mjs writes them. */
interface Field {
  name: string;
  dbName?: string | null;
  kind: 'scalar' | 'object' | 'enum' | 'unsupported';
  type: string;
  isList: boolean;
  isRequired: boolean;
  isId: boolean;
  isUnique: boolean;
  nativeType?: [string, string[]] | null;
  relationFromFields?: string[];
  relationToFields?: string[];
}

interface Model {
  name: string;
  dbName: string | null;
  fields: Field[];
  primaryKey: { fields: string[] } | null;
  uniqueFields: string[][];
}

const datamodelFile = path.join(import.meta.dirname, '../../lib/generated/datamodel.json');

/** The PostgreSQL type for a Prisma type without a `@db` attribute. */
const defaultTypes: Record<string, string> = {
  String: 'text',
  Int: 'integer',
  BigInt: 'bigint',
  Boolean: 'boolean',
  DateTime: 'timestamp(3) without time zone',
  Json: 'jsonb',
  Float: 'double precision',
  Bytes: 'bytea',
};

/** The PostgreSQL name for a `@db` type. `$` marks the place of its argument. */
const nativeTypes: Record<string, string> = {
  Uuid: 'uuid',
  Text: 'text',
  VarChar: 'character varying($)',
  SmallInt: 'smallint',
  Date: 'date',
  Timestamp: 'timestamp($) without time zone',
  Timestamptz: 'timestamp($) with time zone',
  Inet: 'inet',
};

function typeOf(field: Field): string {
  const [native, args] = field.nativeType ?? [];
  const type = native ? nativeTypes[native]?.replace('$', args?.join(',') ?? '') : defaultTypes[field.type];
  if (!type)
    throw new Error(`the drift check does not know the type ${native ?? field.type} of ${field.name}`);
  return field.isList ? `${type}[]` : type;
}

function tableOf(model: Model, byName: Map<string, Model>): Table {
  const named = (owner: Model, names: readonly string[]) =>
    names.map((name) => owner.fields.find((field) => field.name === name)?.dbName ?? name);
  const stored = model.fields.filter((field) => field.kind !== 'object');
  const columns = stored.map((field): [string, Column] => [
    field.dbName ?? field.name,
    { type: typeOf(field), nullable: !field.isRequired },
  ]);
  const single = stored.filter((field) => field.isUnique).map((field) => [field.name]);
  const foreignKeys = model.fields.flatMap(({ type, relationFromFields = [], relationToFields = [] }) => {
    const target = byName.get(type);
    if (relationFromFields.length === 0 || !target) return [];
    const to = named(target, relationToFields);
    return foreignKeyOf(named(model, relationFromFields), target.dbName ?? target.name, to);
  });
  const id = model.primaryKey?.fields ?? stored.filter((field) => field.isId).map((field) => field.name);
  return {
    columns: new Map(columns),
    primaryKey: keyOf(named(model, id)),
    uniqueKeys: [...single, ...model.uniqueFields].map((names) => keyOf(named(model, names))),
    foreignKeys,
  };
}

/** The tables of the Prisma client's data model, by their names in the database. */
export async function expectedTables(): Promise<Map<string, Table>> {
  const { models } = JSON.parse(await readFile(datamodelFile, 'utf8')) as { models: Model[] };
  const byName = new Map(models.map((model) => [model.name, model]));
  return new Map(models.map((model) => [model.dbName ?? model.name, tableOf(model, byName)]));
}
