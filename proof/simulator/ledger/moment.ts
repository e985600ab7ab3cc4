export interface Moment {
  nowMs: number;
  /** How long a slow payment or refund takes. */
  settleMs: number;
}

export const seconds = (ms: number) => Math.floor(ms / 1_000);
