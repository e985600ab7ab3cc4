import { counter, gauge } from '#lib/platform/metrics.ts';
import { type Layer, layers } from '#lib/submissions/trail.ts';

/**
 * What a request came to. `made`: it made the order or the attempt. `repeated`: it got the answer of an
 * existing one. `refused`: any other answer.
 */
const answers = ['made', 'repeated', 'refused'] as const;

export type SubmissionAnswer = (typeof answers)[number];

const answered = counter({
  name: 'once_submissions_total',
  help: 'Submitted checkouts and attempts to pay, by the layer that answered and by what they came to',
  labelNames: ['layer', 'answer'],
});
// From zero, so that an alert sees the first one of a kind.
for (const layer of layers) for (const answer of answers) answered.inc({ layer, answer }, 0);

const lost = counter({
  name: 'once_submission_records_lost_total',
  help: 'Answered submissions of which no record was written: too many waited, or the database refused them',
});

const droppedLines = counter({
  name: 'once_submission_lines_dropped_total',
  help: 'Answered submissions without a line in the log: too many in a second, or stdout takes none',
});

const waiting = gauge({
  name: 'once_submission_records_waiting',
  help: 'Records of answered submissions that wait to be written',
});

export function countSubmission(layer: Layer, answer: SubmissionAnswer): void {
  answered.inc({ layer, answer });
}

export function countLostRecords(count: number): void {
  lost.inc(count);
}

export function countDroppedLines(count: number): void {
  droppedLines.inc(count);
}

export function showWaitingRecords(count: number): void {
  waiting.set(count);
}
