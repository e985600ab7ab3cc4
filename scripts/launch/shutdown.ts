import { say } from './progress.ts';

/** The reason that everything waiting for the abort signal gets. */
export class Stopped extends Error {}

interface Started {
  name: string;
  stop: () => Promise<unknown>;
}

/**
 * What was started, and the signal that ends it. The last that was started stops first, each
 * waited for: the shop before Redis, Redis before the database.
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

  /** Takes note of something to stop. */
  add(name: string, stop: () => Promise<unknown>): void {
    this.#started.push({ name, stop });
  }

  /** Ends the waiting for a signal as if one had come: something has failed. */
  abort(reason: Error): void {
    this.#controller.abort(reason);
  }

  /** Stops everything, newest first. Answers false when something did not stop well. */
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

  /** One press of Ctrl-C arrives several times, and none of them makes stopping quicker. */
  #request(name: NodeJS.Signals): void {
    if (this.signal.aborted) return;
    say(`\nStopping (${name})`);
    this.#controller.abort(new Stopped(name));
  }
}
