import { counter } from '#lib/platform/metrics.ts';

const declines = counter({ name: 'once_card_declines_total', help: 'Cards that the provider declined' });

const challenges = counter({
  name: 'once_challenges_total',
  help: 'Card submissions that had to answer a challenge: asked, solved, waited (let through after a wait) or refused (a wrong or used answer)',
  labelNames: ['result'],
});

export function countDecline(): void {
  declines.inc();
}

export function countChallenge(result: 'asked' | 'solved' | 'waited' | 'refused'): void {
  challenges.inc({ result });
}
