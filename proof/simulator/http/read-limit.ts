/**
 * Limits how many reads are answered in a second. Unused ones are kept for a second, so that a client may send
 * that many in one moment.
 */
export class ReadLimit {
  readonly #perSecond: number;
  #left: number;
  #countedAtMs = performance.now();

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
    this.#left = perSecond;
  }

  /** Whether one more may be answered now. */
  take(): boolean {
    const nowMs = performance.now();
    const regained = ((nowMs - this.#countedAtMs) / 1_000) * this.#perSecond;
    this.#left = Math.min(this.#perSecond, this.#left + regained);
    this.#countedAtMs = nowMs;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
