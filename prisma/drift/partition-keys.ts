/**
 * The foreign keys of partitioned tables. Each partition has its own foreign key to the partition with the
 * same bound (the migration says why). The query returns one row for all of them, with the parents' names. It
 * returns no row if a partition lacks the key or points to another partition.
 */
export const partitionKeysQuery = `
  SELECT parent.relname AS table, target_parent.relname AS target, keys.columns, keys.to,
         format('FOREIGN KEY (%s) REFERENCES %s(%s)', array_to_string(keys.columns, ', '),
                target_parent.relname, array_to_string(keys.to, ', ')) AS definition
  FROM pg_constraint c
  JOIN pg_class part ON part.oid = c.conrelid AND part.relispartition
  JOIN pg_class target_part ON target_part.oid = c.confrelid AND target_part.relispartition
  JOIN pg_inherits i ON i.inhrelid = part.oid JOIN pg_class parent ON parent.oid = i.inhparent
  JOIN pg_inherits ti ON ti.inhrelid = target_part.oid JOIN pg_class target_parent ON target_parent.oid = ti.inhparent
  CROSS JOIN LATERAL (
    SELECT (SELECT array_agg(a.attname::text ORDER BY k.position)
            FROM unnest(c.conkey) WITH ORDINALITY AS k (attnum, position)
            JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum) AS columns,
           (SELECT array_agg(a.attname::text ORDER BY k.position)
            FROM unnest(c.confkey) WITH ORDINALITY AS k (attnum, position)
            JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.attnum) AS to
  ) keys
  WHERE c.contype = 'f' AND c.conparentid = 0 AND c.convalidated
    AND parent.relnamespace = current_schema()::regnamespace
    AND pg_get_expr(part.relpartbound, part.oid) = pg_get_expr(target_part.relpartbound, target_part.oid)
  GROUP BY parent.oid, parent.relname, target_parent.relname, keys.columns, keys.to
  HAVING count(*) = (SELECT count(*) FROM pg_inherits WHERE inhparent = parent.oid)`;
