export interface Moment {
  nowMs: number;
  /** How long a payment or refund that takes its time takes. */
  settleMs: number;
}

export const seconds = (ms: number) => Math.floor(ms / 1_000);
