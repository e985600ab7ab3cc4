import { isAlive } from '#scripts/services/processes.ts';

/** A part of the shop that can be killed or stopped, and started again at the same address. */
export interface Service {
  /**
   * Sends SIGKILL and waits until it is gone. Resolves with the number of processes: 0 if it wasn't
   * running.
   */
  kill(): Promise<number>;
  /** Asks it to end and waits until it has. Resolves with the same number. */
  stop(): Promise<number>;
  /** Starts it unless it runs, and waits until it answers. */
  start(): Promise<void>;
  /** SIGSTOP and SIGCONT: connections stay open, but no work is done. Returns the same number. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): number;
}

/** Returns how many processes it reached. */
export function signalTo(pid: number | undefined, name: NodeJS.Signals): number {
  if (pid === undefined || !isAlive(pid)) return 0;
  process.kill(pid, name);
  return 1;
}
