import { networkLimit } from '#lib/abuse/declines.ts';
import { isLoopbackName } from '#lib/platform/exposure.ts';
import { processWide } from '#lib/platform/process-wide.ts';

/**
 * Cards of each network that this process is having charged. A decline is counted when the bank has
 * answered, so a list of cards that is sent at one moment would pass before the first is counted.
 */

/**
 * As many times the declines of a network may be at the bank at the same time: a crowd behind one
 * address that pays in the same second is honest more often than not.
 */
const crowd = 3;

const atTheBank = () => processWide('cardsAtTheBank', () => new Map<string, Set<object>>());

/**
 * Whether a network has so many cards at the bank that the next one needs a challenge. This machine's
 * own address is that of every client of a shop that only this machine reaches.
 */
export function isCrowded(network: string | undefined): network is string {
  if (network === undefined || isLoopbackName(network)) return false;
  const limit = networkLimit();
  return limit > 0 && (atTheBank().get(network)?.size ?? 0) >= crowd * limit;
}

/** `card` is any object that names it, until `takeFromBank`. */
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
