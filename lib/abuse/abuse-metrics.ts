import { Counter } from 'prom-client';
import { metrics } from '#lib/platform/metrics.ts';
import { processWide } from '#lib/platform/process-wide.ts';

const counters = () =>
  processWide('abuseMetrics', () => {
    const registers = [metrics()];
    return {
      declines: new Counter({
        name: 'once_card_declines_total',
        help: 'Cards that the provider declined',
        registers,
      }),
      challenges: new Counter({
        name: 'once_challenges_total',
        help: 'Card submissions that had to answer a challenge: asked, solved, waited (let through after a wait) or refused (a wrong or used answer)',
        labelNames: ['result'],
        registers,
      }),
    };
  });

export function countDecline(): void {
  counters().declines.inc();
}

export function countChallenge(result: 'asked' | 'solved' | 'waited' | 'refused'): void {
  counters().challenges.inc({ result });
}
