import { restoredRound } from './restored-round.ts';
import type { SpecialRound } from './special-round.ts';
import { unpaidRound } from './unpaid-round.ts';

/** All special rounds, in the order in which they take turns. */
export const specialRounds: SpecialRound[] = [restoredRound, unpaidRound];
