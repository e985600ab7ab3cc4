import { expect, test } from 'vitest';
import {
  next,
  type SubmissionEvent,
  type SubmissionState,
  type Surroundings,
} from '#components/checkout/submission/submission-machine.ts';
import { labelOf } from '#components/checkout/submission/submit-label.ts';

// What broke: the button said "Your order has been received" from the press on, even when the browser
// had blocked the request and sent nothing.

const around: Surroundings = { nowMs: 0, online: true, random: 0 };
const ready: SubmissionState = { phase: 'ready' };
const run = (events: SubmissionEvent[]) =>
  events.reduce<SubmissionState>((state, event) => next(state, event, around), ready);

const submit: SubmissionEvent = { type: 'submit' };
const lost: SubmissionEvent = { type: 'replied', reply: { kind: 'lost' } };
const elapsed: SubmissionEvent = { type: 'elapsed' };
const unknown: SubmissionEvent = { type: 'answered', answer: { kind: 'unknown' } };
const working: SubmissionEvent = { type: 'replied', reply: { kind: 'working' } };

test('until the shop has answered, the button says that it is sending the order', () => {
  const steps = [submit, lost, elapsed, unknown, elapsed, unknown, lost];
  for (let count = 1; count <= steps.length; count += 1) {
    expect(labelOf(run(steps.slice(0, count)))).toBe('Sending your order…');
  }
});

test('the button says "received" only after the shop has said so, and until the shop says otherwise', () => {
  expect(labelOf(run([submit, working]))).toBe('Your order has been received, please wait');
  expect(labelOf(run([submit, working, elapsed]))).toBe('Your order has been received, please wait');
  expect(labelOf(run([submit, working, elapsed, unknown]))).toBe('Sending your order…');
});

test('the button does not say "sending" while it only queries an order', () => {
  const refusal = { code: 'not_recorded', detail: 'Nothing was recorded.' };
  expect(labelOf(run([{ type: 'resume', refusal }]))).toBe('Checking your order…');
});
