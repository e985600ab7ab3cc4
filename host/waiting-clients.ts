import type { Socket } from 'node:net';

/**
 * Clients that were refused on a connection of their own, in the order of their refusal. Nobody is
 * listened to before the second that they were told to wait is over, and then in turns: reading goes
 * before everything else in Node's event loop, so thousands of clients that ask again at once would
 * keep it reading, and the orders that were let in would never end.
 */
export interface WaitingClients {
  /** Stops listening to a client until it is its turn. */
  add(client: Client): void;
}

type Client = Pick<Socket, 'pause' | 'resume' | 'destroyed'>;

interface Options {
  /** How long everybody waits at least, in milliseconds. */
  atLeastMs: number;
  /** How many more could be let in now and would still be answered at once. */
  room: () => number;
}

const turnEveryMs = 10;

/** While there is room: 800 a second, about half of what a process can do. */
const mostInOneTurn = 8;

/**
 * While there is none, nearly all of them are refused again, which is work that orders wait for. So
 * it is 500 a second, a twentieth of a core, whose turns are given away when they begin to wait.
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
      // Whoever has gone meanwhile takes nobody's turn.
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
