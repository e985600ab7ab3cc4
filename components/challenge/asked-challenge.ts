import type { Challenge } from '#lib/abuse/schema.ts';

/** The challenge that this page is solving, for the component that shows it. */
export interface AskedChallenge {
  challenge: Challenge;
  /** Called with the response of the service's widget; undefined when the widget failed. */
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
