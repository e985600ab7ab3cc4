/** The parts of a table that a client depends on. Columns and keys have their database names. */
export interface Table {
  columns: Map<string, Column>;
  primaryKey: string;
  /** Unique keys without a condition, each as its columns in order. */
  uniqueKeys: string[];
  /** Each in the form `columns -> table (columns)`. */
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
