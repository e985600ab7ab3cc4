import { openSync } from 'node:fs';
import path from 'node:path';

/** Opens the log of a service for its output. It begins anew with each start. */
export function openLog(folder: string, name: string): { file: string; fd: number } {
  const file = path.join(folder, name);
  return { file, fd: openSync(file, 'w') };
}
