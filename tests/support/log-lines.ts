import { pino } from 'pino';
import { lineOptions } from '#lib/platform/logger.ts';
import { processWide, takeProcessWide } from '#lib/platform/process-wide.ts';

/** Installs loggers that keep their lines. The returned array grows as lines are written. */
export function keepLogLines(): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  for (const name of ['logger', 'submissionLog']) {
    takeProcessWide(name);
    processWide(name, () =>
      pino(
        { ...lineOptions, level: 'debug', base: null },
        { write: (line: string) => void lines.push(JSON.parse(line)) },
      ),
    );
  }
  return lines;
}
