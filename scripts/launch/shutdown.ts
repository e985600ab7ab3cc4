import { say } from './progress.ts';

/** The abort reason for everything that waits on the signal. */
export class Stopped extends Error {}

interface Started {
  name: string;
  stop: () => Promise<unknown>;
}

/**
 * What was started, and the signal that ends it. The most recently started stops first, one after the other:
 * the shop before Redis, Redis before the database.
 */
export class Shutdown {
  readonly #controller = new AbortController();
  readonly #started: Started[] = [];

  constructor() {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => this.#request(name));
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Registers something to stop. */
  add(name: string, stop: () => Promise<unknown>): void {
    this.#started.push({ name, stop });
  }

  /** Aborts as if a signal had arrived, because something has failed. */
  abort(reason: Error): void {
    this.#controller.abort(reason);
  }

  /** Stops everything, newest first. Resolves with false when anything failed to stop. */
  async stopAll(): Promise<boolean> {
    let well = true;
    for (const { name, stop } of this.#started.splice(0).reverse()) {
      try {
        if ((await stop()) === false) {
          say(`${name} did not end in order`);
          well = false;
        }
      } catch (error) {
        say(`${name} did not stop: ${(error as Error).message}`);
        well = false;
      }
    }
    return well;
  }

  /** One press of Ctrl-C arrives several times. Repeats are ignored. */
  #request(name: NodeJS.Signals): void {
    if (this.signal.aborted) return;
    say(`\nStopping (${name})`);
    this.#controller.abort(new Stopped(name));
  }
}
