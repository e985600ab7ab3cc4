import { pino } from 'pino';
import { lineOptions } from '#lib/platform/logger.ts';
import { processWide, takeProcessWide } from '#lib/platform/process-wide.ts';

/** Puts a logger in place that keeps its lines; the array grows as they are written. */
export function keepLogLines(): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  takeProcessWide('logger');
  processWide('logger', () =>
    pino(
      { ...lineOptions, level: 'debug', base: null },
      { write: (line: string) => void lines.push(JSON.parse(line)) },
    ),
  );
  return lines;
}
