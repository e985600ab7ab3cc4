import { networkLimit } from '#lib/abuse/declines.ts';
import { isLoopbackName } from '#lib/platform/exposure.ts';
import { processWide } from '#lib/platform/process-wide.ts';

/**
 * Cards of each network that this process is charging now. A decline is counted only after the bank
 * answers, so a list of cards sent at the same moment would pass before the first decline is counted.
 */

/**
 * Cards that may be at the bank at the same time, as a multiple of the network's decline limit. A crowd
 * behind one address that pays in the same second is usually honest.
 */
const crowd = 3;

const atTheBank = () => processWide('cardsAtTheBank', () => new Map<string, Set<object>>());

/**
 * Whether a network has so many cards at the bank that the next one needs a challenge. Loopback addresses
 * are exempt: all clients of a local shop share one.
 */
export function isCrowded(network: string | undefined): network is string {
  if (network === undefined || isLoopbackName(network)) return false;
  const limit = networkLimit();
  return limit > 0 && (atTheBank().get(network)?.size ?? 0) >= crowd * limit;
}

/** `card` is any object that identifies the card until `takeFromBank`. */
export function bringToBank(network: string | undefined, card: object): void {
  if (network === undefined) return;
  const cards = atTheBank().get(network) ?? new Set();
  atTheBank().set(network, cards.add(card));
}

export function takeFromBank(network: string | undefined, card: object): void {
  if (network === undefined) return;
  const cards = atTheBank().get(network);
  cards?.delete(card);
  if (cards?.size === 0) atTheBank().delete(network);
}
