import { readFile, writeFile } from 'node:fs/promises';

/** The place of a document that a program writes: everything between two comments. */
export interface Section {
  begin: string;
  end: string;
}

/** The page with this text in its section. Throws when the page has no such section. */
export function withSection(page: string, { begin, end }: Section, text: string): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`the page has no place for results: ${begin} … ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
}

/** Writes the section of a file. Throws, having written nothing, when the file has no such section. */
export async function writeSection(file: string, section: Section, text: string): Promise<void> {
  await writeFile(file, withSection(await readFile(file, 'utf8'), section, text));
}
