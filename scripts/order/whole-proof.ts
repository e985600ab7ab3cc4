import type { OrderProof } from '#lib/order-management/proof/read-order-proof.ts';
import type { EdgeCount } from './edge-log.ts';

/** A constraint of the database, as its catalogue has it now. */
export interface Constraint {
  table: string;
  definition: string;
  /** What it protects. */
  sentence: string;
  kept: boolean;
}

export interface WholeProof extends OrderProof {
  /** Null without an access log. */
  edge: EdgeCount | null;
  constraints: Constraint[];
  /** How many days records are kept; 0: for ever. */
  keptDays: number;
  /** What differs from one order and one charge. */
  problems: string[];
  /** What could not be found out. */
  unknown: string[];
}
