import { type OwnerFaultKind, requestKinds, webhookKinds } from '#proof/simulator/faults.ts';
import type { Fault } from './fault.ts';

/** What a payment provider does wrong by itself, beyond what the network does to it. */

/** So many in a row, that not only the first card order of the round meets it. */
const times = 8;

const misbehaviour: Fault[] = [...requestKinds, ...webhookKinds].map((kind) => ({
  name: `provider ${kind.replaceAll('_', ' ')}`,
  at: 'simulator',
  inject: async ({ simulator }, random) => {
    simulator.addFault({
      kind,
      times,
      ms: random.between(500, 3_000),
      ...(!kind.startsWith('webhook') && { on: { method: 'POST' } }),
    });
    return 0;
  },
  strikes: ({ simulator }) => -simulator.faultsLeft(),
}));

/** What becomes of the events about it. */
const fates = ['told', 'lost', 'late'] as const;
/** So many payments of a round, at most. */
const mostActs = 6;

const ownerActs: Partial<Record<OwnerFaultKind, string>> = {
  owner_refund: 'owner refunds',
  owner_refund_part: 'owner refunds a part',
  owner_refund_fails: 'refund fails',
  owner_dispute_lost: 'dispute lost',
  owner_dispute_won: 'dispute won',
  owner_cancel: 'owner cancels',
  shopper_confirms_again: 'shopper confirms a declined charge again',
};

/** What is done at the provider past the shop, while shoppers shop. It strikes when the provider has done it. */
const elsewhere: Fault[] = Object.entries(ownerActs).map(([kind, name]) => ({
  name,
  at: 'simulator',
  inject: async ({ simulator }, random) => {
    const first = random.between(0, fates.length - 1);
    for (let count = 0; count < mostActs; count += 1) {
      const events = fates[(first + count) % fates.length];
      // Before the shop has heard of the charge, while the goods are packed, or after that.
      simulator.addFault({ kind: kind as OwnerFaultKind, ms: random.between(1, 1_500), events });
    }
    return 0;
  },
  strikes: ({ simulator }) => simulator.ownerActs(),
}));

export const providerFaults: Fault[] = [...misbehaviour, ...elsewhere];
