import { requestKinds, webhookKinds } from '#simulator/faults.ts';
import type { Fault } from './fault.ts';

/** What a payment provider does wrong by itself, beyond what the network does to it. */

/** So many in a row, that not only the first card order of the round meets it. */
const times = 8;

export const providerFaults: Fault[] = [...requestKinds, ...webhookKinds].map((kind) => ({
  name: `provider ${kind.replaceAll('_', ' ')}`,
  at: 'till',
  inject: async ({ till }, random) => {
    till.addFault({
      kind,
      times,
      ms: random.between(500, 3_000),
      ...(!kind.startsWith('webhook') && { on: { method: 'POST' } }),
    });
    return 0;
  },
  strikes: ({ till }) => -till.faultsLeft(),
}));
