import { allShields, type Guard, type Part } from '#proof/model/guards.ts';
import type { scenarios } from '#proof/model/scenarios.ts';

/** The expected effect when a guard is removed. */
export interface Ablation {
  scenario: keyof typeof scenarios;
  /**
   * Undefined: a promise breaks without this guard alone. Otherwise it breaks only if these guards are
   * removed, too.
   */
  behind?: readonly Guard[];
  /**
   * Keeps the shields, because without them the guard protects nothing. Otherwise they are removed, too,
   * which makes stories shorter.
   */
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
  stockTurn: { scenario: 'slowProvider', behind: ['releaseInEnd'] },
  releaseInEnd: { scenario: 'slowProvider', behind: ['stockTurn'] },
  bookLock: { scenario: 'unbooked' },
  orderFirst: { scenario: 'lateCharge' },
  replayCharges: { scenario: 'declined', shielded: true },
  providerKey: { scenario: 'lostReply' },
  attemptKey: { scenario: 'secondCard', behind: ['orderLock', 'orderVersion', 'oneLive'] },
  oneLive: { scenario: 'secondCard', behind: ['orderLock', 'orderVersion', 'attemptKey'] },
  orderLock: { scenario: 'bank' },
  orderVersion: { scenario: 'slowProvider', behind: ['orderLock'] },
  paymentVersion: { scenario: 'slowProvider' },
  holdWaits: { scenario: 'slowProvider' },
  holdLook: { scenario: 'reconciled' },
  cancelCharge: { scenario: 'confirmedBeside' },
  oneDay: { scenario: 'confirmedAgain' },
  events: { scenario: 'lateCharge' },
};

/** The parts that are removed together with these guards. */
export function without({ shielded }: Ablation, ...missing: Guard[]): Part[] {
  return shielded ? missing : [...allShields, ...missing];
}
