import { readFile } from 'node:fs/promises';
import { writeSection } from '#proof/harness/write-section.ts';

/** The mutants of one file in one run. */
export interface Row {
  file: string;
  mutants: number;
  /** Mutants that a test detected. */
  found: number;
  /** Those of them that were detected by a timeout. */
  waited: number;
  /** `2026-11-24` */
  date: string;
}

const begin = '<!-- results: written by npm run mutate -->';
const end = '<!-- end of results -->';
const rowPattern =
  /^\| `(?<file>[^`]+)` \| (?<mutants>\d+) \| (?<found>\d+) \| (?<waited>\d+) \|.*\| (?<date>[\d-]{10}) \|$/gm;

/** Replaces the rows of the same files. A file keeps its row until its next run. */
export async function updatePage(pageFile: string, rows: Row[]): Promise<void> {
  const page = await readFile(pageFile, 'utf8');
  const known = new Map(rowsOf(page).map((row) => [row.file, row]));
  for (const row of rows) known.set(row.file, row);
  const table = tableOf([...known.values()].sort((a, b) => a.file.localeCompare(b.file)));
  await writeSection(pageFile, { begin, end }, table);
}

function rowsOf(table: string): Row[] {
  return [...table.matchAll(rowPattern)].map(({ groups = {} }) => ({
    file: groups.file ?? '',
    mutants: Number(groups.mutants),
    found: Number(groups.found),
    waited: Number(groups.waited),
    date: groups.date ?? '',
  }));
}

function tableOf(rows: Row[]): string {
  const sum = (pick: (row: Row) => number) => rows.reduce((all, row) => all + pick(row), 0);
  const cells = ({ mutants, found, waited }: Omit<Row, 'file' | 'date'>) =>
    `${mutants} | ${found} | ${waited} | ${mutants - found} | ${mutants ? `${((100 * found) / mutants).toFixed(1)} %` : ''}`;
  return [
    '| file | mutants | noticed | of them by timeout | survived | score | date |',
    '| --- | ---: | ---: | ---: | ---: | ---: | --- |',
    ...rows.map((row) => `| \`${row.file}\` | ${cells(row)} | ${row.date} |`),
    `| all | ${cells({ mutants: sum((row) => row.mutants), found: sum((row) => row.found), waited: sum((row) => row.waited) })} | |`,
  ].join('\n');
}
