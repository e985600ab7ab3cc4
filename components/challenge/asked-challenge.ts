import type { Challenge } from '#lib/abuse/schema.ts';

/** The challenge that this page answers at the moment, for the component that shows it. */
export interface AskedChallenge {
  challenge: Challenge;
  /** Called with what the service's widget gave; undefined when it failed. */
  respond: (solution: string | undefined) => void;
}

let asked: AskedChallenge | undefined;
const listeners = new Set<() => void>();

export function showChallenge(next: AskedChallenge | undefined): void {
  asked = next;
  for (const listener of listeners) listener();
}

export const askedChallenge = (): AskedChallenge | undefined => asked;

export function onChallenge(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
