import { expect, test } from 'vitest';
import type { BaseBackup } from '#scripts/services/backup/base-backups.ts';
import { leadsToLatest, parseHistory } from './timelines.ts';

const backup = (timeline: number, stopLsn: string): BaseBackup => ({
  ...{ name: 'one', startSegment: '', bytes: 0, timeline, stopLsn },
  ...{ startedAt: new Date(0), stoppedAt: new Date(0) },
});

test('a base backup from the time that a restore has undone is not continued', () => {
  const history = parseHistory(
    3,
    '1\t0/50000D8\tbefore 2026-12-01\n\n2\tA/0\tno recovery target specified\n',
  );
  expect(leadsToLatest(history, backup(1, '0/50000D8'))).toBe(true);
  expect(leadsToLatest(history, backup(1, '0/6000000'))).toBe(false);
  expect(leadsToLatest(history, backup(2, '9/FF000000'))).toBe(true);
  expect(leadsToLatest(history, backup(2, 'A/1'))).toBe(false);
  expect(leadsToLatest(history, backup(3, 'FF/0'))).toBe(true);
});

test('before the first restore every base backup leads to the end of the archive', () => {
  expect(leadsToLatest(parseHistory(1, ''), backup(1, '0/3000158'))).toBe(true);
});
