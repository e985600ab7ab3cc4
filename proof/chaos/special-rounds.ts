import { restoredRound } from './restored-round.ts';
import type { SpecialRound } from './special-round.ts';
import { unpaidRound } from './unpaid-round.ts';

/** Every round with a plot of its own, in the order in which they come. */
export const specialRounds: SpecialRound[] = [restoredRound, unpaidRound];
