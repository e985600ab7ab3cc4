import { randomUUID } from 'node:crypto';
import { hasCode, isDatabaseAway, isRetryable } from '#lib/platform/database/db-errors.ts';
import { logger } from '#lib/platform/logger.ts';
import { processWide } from '#lib/platform/process-wide.ts';
import { logSubmissions } from '#lib/submissions/log-submissions.ts';
import {
  makeSubmissionBuffer,
  type SubmissionBuffer,
  type SubmissionRecord,
} from '#lib/submissions/submission-buffer.ts';
import {
  countLostRecords,
  countSubmission,
  type SubmissionAnswer,
  showWaitingRecords,
} from '#lib/submissions/submission-metrics.ts';
import { describeSubmission } from '#lib/submissions/trace-submission.ts';
import type { Trail } from '#lib/submissions/trail.ts';
import { writeSubmissions } from '#lib/submissions/write-submissions.ts';

/**
 * Records which layer answered each submission. The answer never waits for that: a record is an entry in a
 * list, and once a second all entries become lines of the log and rows. The lines don't wait for the rows. A
 * process that is killed loses the records of its last second: docs/decisions/0034.
 */

const tickMs = 1_000;

/** Rows in one statement. Preparing them takes less than a millisecond of the thread that answers. */
const rowsAtATime = 256;

/** An answer to a request. */
interface Answered {
  requestId: string;
  status: number;
  /** The outcome or the problem code. */
  outcome: string;
  /** The value of `performance.now()` when the request arrived. */
  beganAt: number;
}

interface Recorder {
  buffer: SubmissionBuffer;
  /** Taken from the buffer, but not written yet. */
  unwritten: SubmissionRecord[];
  /** How many a full buffer has refused since the last tick. */
  refused: number;
  timer: NodeJS.Timeout | undefined;
  writing: Promise<void> | undefined;
}

const recorder = (): Recorder =>
  processWide('submissionRecorder', () => ({
    buffer: makeSubmissionBuffer(),
    unwritten: [],
    refused: 0,
    timer: undefined,
    writing: undefined,
  }));

/** Counts an answer by its layer, and keeps a record of it if the submission is genuine. */
export function recordSubmission(trail: Trail, answered: Answered): void {
  countSubmission(trail.layer, answerOf(trail, answered));
  const { submitted, orderId, layer, ip, span } = trail;
  if (span) describeSubmission(span, trail, answered);
  if (!submitted) return;
  const { requestId, status, outcome, beganAt } = answered;
  const state = recorder();
  const kept = state.buffer.add({
    id: randomUUID(),
    submitted,
    orderId,
    requestId,
    layer,
    outcome,
    status,
    made: trail.made ?? false,
    beganAt,
    tookMs: performance.now() - beganAt,
    ip,
    copies: 1,
    traceId: span?.spanContext().traceId,
  });
  if (!kept) {
    countLostRecords(1);
    state.refused += 1;
  }
  tickLater(state);
}

const repeats = ['replayed', 'already_ordered', 'payment_declined'];

function answerOf({ made }: Trail, { outcome }: Answered): SubmissionAnswer {
  if (made) return 'made';
  return repeats.includes(outcome) ? 'repeated' : 'refused';
}

/** Also while rows are being written: a database that hangs must not hold up the lines. */
function tickLater(state: Recorder): void {
  if (state.timer) return;
  // A process that ends by itself does not wait for it: it calls `writeRecords`.
  state.timer = setTimeout(() => void writeRecords(), tickMs);
  state.timer.unref();
}

/** Logs and writes all records that wait. Resolves when they are written, or when the database takes none. */
export async function writeRecords(): Promise<void> {
  const state = recorder();
  clearTimeout(state.timer);
  state.timer = undefined;
  logTick(state);
  state.writing ??= writeAll(state).finally(() => {
    state.writing = undefined;
    const waiting = state.unwritten.length + state.buffer.size();
    showWaitingRecords(waiting);
    if (waiting > 0) tickLater(state);
  });
  await state.writing;
}

function logTick(state: Recorder): void {
  logSubmissions(state.buffer.unseen());
  if (state.refused === 0) return;
  logger().warn({ records: state.refused }, 'records of submissions were dropped: too many wait');
  state.refused = 0;
}

/** By SQLSTATE, all but those that mean that these rows will be refused again: invalid data, or no such table. */
const mayBeWrittenLater = (error: unknown): boolean =>
  isDatabaseAway(error) || isRetryable(error) || hasCode(error, /^(?!22|23|42)[0-9A-Z]{5}$/);

async function writeAll(state: Recorder): Promise<void> {
  for (;;) {
    if (state.unwritten.length === 0) state.unwritten = state.buffer.takeSeen(rowsAtATime);
    if (state.unwritten.length === 0) return;
    try {
      await writeSubmissions(state.unwritten);
    } catch (error) {
      // The same rows are tried again in a second. Further ones wait in the buffer until it is full.
      if (mayBeWrittenLater(error)) return;
      countLostRecords(state.unwritten.length);
      logger().error({ err: error, records: state.unwritten.length }, 'records of submissions were refused');
    }
    state.unwritten = [];
  }
}
