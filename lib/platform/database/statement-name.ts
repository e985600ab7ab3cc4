import { createHash } from 'node:crypto';

const names = new Map<string, string>();

/**
 * The driver prepares a statement once per connection and reuses its plan. The name is a hash of the text,
 * so equal statements share a name and different ones never do.
 */
export function statementName(sql: string): string {
  let name = names.get(sql);
  if (!name) {
    name = createHash('sha1').update(sql).digest('base64url');
    names.set(sql, name);
  }
  return name;
}
