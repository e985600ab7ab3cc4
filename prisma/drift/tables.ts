/** One table as far as a client can tell it from another. Columns and keys in the database's names. */
export interface Table {
  columns: Map<string, Column>;
  primaryKey: string;
  /** Unique keys without a condition, each as its columns in order. */
  uniqueKeys: string[];
  /** Each as `columns -> table (columns)`. */
  foreignKeys: string[];
}

export interface Column {
  /** As PostgreSQL's `format_type` writes it. */
  type: string;
  nullable: boolean;
}

export const keyOf = (columns: readonly string[]): string => columns.join(', ');

export const foreignKeyOf = (columns: readonly string[], table: string, target: readonly string[]): string =>
  `${keyOf(columns)} -> ${table} (${keyOf(target)})`;
