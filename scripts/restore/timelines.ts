import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { BackupFolder } from '#scripts/services/backup/backup-folder.ts';
import { type BaseBackup, listArchived } from '#scripts/services/backup/base-backups.ts';
import { isHistory } from '#scripts/services/backup/segments.ts';

/** Each restore begins a timeline. Its history file has the earlier ones, and where it left each of them. */
interface History {
  latest: number;
  /** The end of an earlier timeline that counts. What that timeline has after it was undone by a restore. */
  leftAt: Map<number, bigint>;
}

/** `0/3000158` as a number. */
function lsnOf(text: string): bigint {
  const [high = '0', low = '0'] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

export function parseHistory(latest: number, text: string): History {
  const lines = [...text.matchAll(/^\s*(\d+)\s+([0-9A-F]+\/[0-9A-F]+)/gm)];
  return { latest, leftAt: new Map(lines.map(([, timeline, lsn = '']) => [Number(timeline), lsnOf(lsn)])) };
}

/** Whether a base backup leads to the latest timeline, and not into the time that a restore has undone. */
export const leadsToLatest = ({ latest, leftAt }: History, { timeline, stopLsn }: BaseBackup): boolean =>
  timeline === latest || lsnOf(stopLsn) <= (leftAt.get(timeline) ?? 0n);

/** The history of the latest timeline in the archive. Before the first restore there is only timeline 1. */
export async function readHistory(folder: BackupFolder): Promise<History> {
  const name = (await listArchived(folder)).filter(isHistory).sort().at(-1);
  if (name === undefined) return parseHistory(1, '');
  const zipped = await readFile(path.join(folder.wal, `${name}.gz`));
  return parseHistory(Number.parseInt(name, 16), (await promisify(gunzip)(zipped)).toString());
}
