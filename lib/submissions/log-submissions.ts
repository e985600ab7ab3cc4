import { hash } from 'node:crypto';
import { pino } from 'pino';
import { env } from '#lib/platform/env.ts';
import { lineOptions } from '#lib/platform/logger.ts';
import { processWide } from '#lib/platform/process-wide.ts';
import type { SubmissionRecord } from '#lib/submissions/submission-buffer.ts';
import { countDroppedLines } from '#lib/submissions/submission-metrics.ts';

/** Of 64 digits. Enough to tell the tokens of all shoppers apart. */
const hashDigits = 12;

/** Tells submit tokens apart in rows and in the log. The token can't be found from it. */
export const tokenHash = (submitToken: string): string => hash('sha256', submitToken).slice(0, hashDigits);

/** Null for an attempt to pay, which has no token. */
export const tokenHashOf = ({ submitted }: Pick<SubmissionRecord, 'submitted'>): string | null =>
  'attempt' in submitted ? null : tokenHash(submitted.submitToken);

/**
 * Lines of one second, about 30 KB. The table is the record, and a log that turns over by size must also keep
 * the errors of the last half hour.
 */
const linesAtATime = 100;

/** Lines that wait for a reader of stdout, about 900. Further ones are dropped. */
const maxWaitingBytes = 256 * 1024;

/** A pipe takes so many bytes in one piece: lines of the other logger can't come in between. */
const atomicBytes = 4_096;

/**
 * The other logger writes synchronously, so a reader of stdout that stalls would hold up every answer. These
 * lines are written beside the answers, or dropped.
 */
const submissionLog = () =>
  processWide('submissionLog', () => {
    const stdout = pino.destination({
      dest: 1,
      sync: false,
      maxLength: maxWaitingBytes,
      maxWrite: atomicBytes,
    });
    stdout.on('drop', () => countDroppedLines(1));
    // A full disk must not end the process. The lines wait for the next write.
    stdout.on('error', () => undefined);
    // No field is from a form, and looking for personal ones costs twice as much as the line.
    return pino({ level: env().LOG_LEVEL, ...lineOptions, redact: [] }, stdout);
  });

/**
 * Logs one line for each submission that a layer has answered. Those beyond the first hundred are only counted:
 * they are in the table. Nothing in a line is from the shopper's form.
 */
export function logSubmissions(records: readonly SubmissionRecord[]): void {
  const log = submissionLog();
  if (!log.isLevelEnabled('info')) return;
  countDroppedLines(Math.max(0, records.length - linesAtATime));
  // The line is written up to a second later, so it says when the request arrived.
  const startedAt = Date.now() - performance.now();
  for (const record of records.slice(0, linesAtATime)) {
    const { requestId, submitted, orderId, layer, outcome, status, made, beganAt, tookMs, copies } = record;
    const attempt = 'attempt' in submitted ? submitted.attempt : undefined;
    log.info(
      {
        requestId,
        submission: tokenHashOf(record) ?? undefined,
        orderId: orderId ?? ('orderId' in submitted ? submitted.orderId : undefined),
        attempt,
        layer,
        outcome,
        status,
        made: made || undefined,
        at: new Date(startedAt + beganAt).toISOString(),
        ms: Math.round(tookMs),
        copies: copies > 1 ? copies : undefined,
        traceId: record.traceId,
      },
      'submission answered',
    );
  }
}
