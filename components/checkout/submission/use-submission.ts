'use client';

import { useEffect, useState, useSyncExternalStore } from 'react';
import { rememberSubmission } from '#components/checkout/submission/pending-submission.ts';
import { askSubmission, sendSubmission } from '#components/checkout/submission/submission-client.ts';
import type { SubmissionState } from '#components/checkout/submission/submission-machine.ts';
import {
  makeSubmissionRunner,
  type SubmissionRunner,
} from '#components/checkout/submission/submission-runner.ts';

const initialState: SubmissionState = { phase: 'ready' };

/** This page's submission and its state, connected to the browser. */
export function useSubmission(): { runner: SubmissionRunner; state: SubmissionState } {
  const [runner] = useState(() =>
    makeSubmissionRunner({
      send: sendSubmission,
      ask: askSubmission,
      open: (url) => window.location.assign(url),
      isOnline: () => navigator.onLine,
      remember: rememberSubmission,
    }),
  );
  const state = useSyncExternalStore(runner.subscribe, runner.state, () => initialState);

  useEffect(() => {
    const online = () => runner.report({ type: 'went_online' });
    const offline = () => runner.report({ type: 'went_offline' });
    window.addEventListener('online', online);
    window.addEventListener('offline', offline);
    return () => {
      window.removeEventListener('online', online);
      window.removeEventListener('offline', offline);
    };
  }, [runner]);

  return { runner, state };
}
