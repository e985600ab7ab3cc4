import { logger } from '#lib/platform/logger.ts';
import { processWide } from '#lib/platform/process-wide.ts';

const everyMs = 60_000;

const warnedAt = () => processWide('scrapeWarnings', () => new Map<string, number>());

/** Warns at most once a minute about each `subject`: scrapes repeat, and so do their failures. */
export function warnSeldom(subject: string, error: unknown, message: string): void {
  const now = performance.now();
  const last = warnedAt().get(subject);
  if (last !== undefined && now - last < everyMs) return;
  warnedAt().set(subject, now);
  logger().warn({ err: error, subject }, message);
}
