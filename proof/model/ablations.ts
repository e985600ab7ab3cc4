import { allShields, type Guard, type Part } from '#proof/model/guards.ts';
import type { scenarios } from '#proof/model/scenarios.ts';

/** What is expected when a guard is taken away. */
export interface Ablation {
  scenario: keyof typeof scenarios;
  /** None: without the guard alone a promise breaks. Else only without these as well. */
  behind?: readonly Guard[];
  /** The shields stay: without them the guard has nothing to guard. Else they are gone, too, which makes shorter stories. */
  shielded?: true;
}

export const ablations: Record<Guard, Ablation> = {
  orderIdentity: { scenario: 'restored' },
  doneLook: { scenario: 'restored', shielded: true },
  tokenProof: { scenario: 'foreignToken', behind: ['uniqueToken'] },
  uniqueToken: { scenario: 'foreignToken', behind: ['tokenProof'] },
  cartLock: { scenario: 'twoTabs', behind: ['uniqueCart'] },
  existingOrder: { scenario: 'twoTabs', behind: ['uniqueCart'] },
  uniqueCart: { scenario: 'twoTabs', behind: ['cartLock'] },
  cartVersion: { scenario: 'twoTabs' },
  stockLook: { scenario: 'lastOne', behind: ['stockCheck'] },
  stockCheck: { scenario: 'lastOne', behind: ['cartLock'] },
  orderFirst: { scenario: 'lateCharge' },
  replayCharges: { scenario: 'declined', shielded: true },
  providerKey: { scenario: 'lostReply' },
  attemptKey: { scenario: 'secondCard', behind: ['orderLock', 'orderVersion', 'oneLive'] },
  oneLive: { scenario: 'secondCard', behind: ['orderLock', 'orderVersion', 'attemptKey'] },
  orderLock: { scenario: 'bank' },
  orderVersion: { scenario: 'slowProvider', behind: ['orderLock'] },
  paymentVersion: { scenario: 'slowProvider' },
  holdWaits: { scenario: 'slowProvider' },
  cancelCharge: { scenario: 'confirmedBeside' },
  oneDay: { scenario: 'confirmedAgain' },
  events: { scenario: 'lateCharge' },
};

/** The parts that are missing when these guards are. */
export function without({ shielded }: Ablation, ...missing: Guard[]): Part[] {
  return shielded ? missing : [...allShields, ...missing];
}
