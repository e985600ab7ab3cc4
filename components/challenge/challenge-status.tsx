'use client';

import { useEffect, useRef, useSyncExternalStore } from 'react';
import { type AskedChallenge, askedChallenge, onChallenge } from '#components/challenge/asked-challenge.ts';
import { renderWidget } from '#components/challenge/widgets.ts';

const none = () => undefined;

/**
 * Says that the page solves a challenge before a card is charged, and shows the widget of a service.
 * Mount it wherever a card is submitted.
 */
export function ChallengeStatus() {
  const asked = useSyncExternalStore(onChallenge, askedChallenge, none);
  return (
    <div>
      {/* Always rendered, so that screen readers announce its changes. */}
      <div role="status" className="text-center text-muted empty:absolute">
        {asked ? sentences[asked.challenge.kind] : null}
      </div>
      {asked && asked.challenge.kind !== 'proof_of_work' ? <Widget asked={asked} /> : null}
    </div>
  );
}

const why = 'Many cards were declined a moment ago, so we check first that a person is paying.';
const person = `${why} Please confirm it here. Nothing has been charged yet.`;

const sentences = {
  proof_of_work: `${why} This takes a few seconds, and nothing has been charged yet.`,
  turnstile: person,
  hcaptcha: person,
};

function Widget({ asked }: { asked: AskedChallenge }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!box.current) return;
    box.current.scrollIntoView({ block: 'nearest' });
    return renderWidget(box.current, asked.challenge, asked.respond);
  }, [asked]);
  return <div ref={box} className="mt-3 flex min-h-20 justify-center" />;
}
