import type { Socket } from 'node:net';

/**
 * Refused clients with a connection of their own, in the order of their refusal. No client is read before
 * its Retry-After has passed, and then they are read in turns. Node's event loop reads before it does
 * anything else, so thousands of clients that retry at the same time would keep it reading, and admitted
 * orders would never finish.
 */
export interface WaitingClients {
  /** Stops reading from a client until its turn. */
  add(client: Client): void;
}

type Client = Pick<Socket, 'pause' | 'resume' | 'destroyed'>;

interface Options {
  /** The minimum wait of each client, in milliseconds. */
  atLeastMs: number;
  /** How many more requests could be admitted now and still be answered immediately. */
  room: () => number;
}

const turnEveryMs = 10;

/** While there is room: 800 clients a second, about half of what a process can do. */
const mostInOneTurn = 8;

/**
 * Without room, nearly all clients are refused again, and that work delays orders. So the rate is 500
 * clients a second, which costs a twentieth of a core. Each client gets its turn assigned when it begins to
 * wait.
 */
const betweenTurnsMs = 2;

export function makeWaitingClients({ atLeastMs, room }: Options): WaitingClients {
  const waiting: { client: Client; notBefore: number; turnAt: number }[] = [];
  let lastTurnAt = 0;
  let turns: NodeJS.Timeout | undefined;

  function takeTurns(): void {
    const now = performance.now();
    let early = Math.min(mostInOneTurn, room());
    for (let next = waiting[0]; next; next = waiting[0]) {
      const due = next.turnAt <= now;
      if (!due && (early <= 0 || next.notBefore > now)) break;
      waiting.shift();
      // A client that has disconnected uses no turn.
      if (next.client.destroyed) continue;
      next.client.resume();
      early -= 1;
    }
    if (waiting.length > 0) return;
    clearInterval(turns);
    turns = undefined;
    lastTurnAt = 0;
  }

  return {
    add(client) {
      client.pause();
      const notBefore = performance.now() + atLeastMs;
      lastTurnAt = Math.max(notBefore, lastTurnAt + betweenTurnsMs);
      waiting.push({ client, notBefore, turnAt: lastTurnAt });
      turns ??= setInterval(takeTurns, turnEveryMs).unref();
    },
  };
}
