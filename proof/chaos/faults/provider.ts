import { type OwnerFaultKind, requestKinds, webhookKinds } from '#proof/simulator/faults.ts';
import type { Fault } from './fault.ts';

/** The payment provider's own failures, in addition to those of the network. */

/** So many in a row that more than the first card order of the round meets the fault. */
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

/** What happens to the events about the change. */
const fates = ['told', 'lost', 'late'] as const;
/** The most payments that are affected in a round. */
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

/**
 * Changes at the provider that bypass the shop, while shoppers shop. A strike counts when the provider
 * has made the change.
 */
const elsewhere: Fault[] = Object.entries(ownerActs).map(([kind, name]) => ({
  name,
  at: 'simulator',
  inject: async ({ simulator }, random) => {
    const first = random.between(0, fates.length - 1);
    for (let count = 0; count < mostActs; count += 1) {
      const events = fates[(first + count) % fates.length];
      // Before the shop has heard of the charge, while the order is being packed, or after that.
      simulator.addFault({ kind: kind as OwnerFaultKind, ms: random.between(1, 1_500), events });
    }
    return 0;
  },
  strikes: ({ simulator }) => simulator.ownerActs(),
}));

export const providerFaults: Fault[] = [...misbehaviour, ...elsewhere];
