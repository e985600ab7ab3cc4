import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a proxy does to the bytes that pass it. All other bytes pass unchanged. */
export type Disturbance =
  /** Every chunk waits that many milliseconds, in both directions. */
  | { kind: 'latency'; ms: number }
  /** New connections and those with traffic are reset. */
  | { kind: 'reset' }
  /** The far end seems to have closed its side. What it is sent still arrives. */
  | { kind: 'half_close' }
  /** A reply chunk is cut in the middle, and its connection is closed. */
  | { kind: 'cut' }
  /** Connections are accepted, but nothing passes or ends. */
  | { kind: 'black_hole' }
  | RequestDisturbance;

/** Disturbs requests that contain one of these texts. */
type RequestDisturbance = { to: readonly string[] } & (
  | {
      /**
       * `lose_reply`: the request is carried out, but its reply is lost with its connection.
       *
       * `hold_request`, `hold_reply`: the request, or only its reply, is held back until its connection ends,
       * with everything after it. So a process that is killed meanwhile dies exactly at this step.
       */
      kind: 'lose_reply' | 'hold_request' | 'hold_reply';
    }
  /** The request arrives that much later, even if its client has gone. */
  | { kind: 'late'; ms: number }
);

/**
 * A TCP proxy in front of a port of this machine. It has one disturbance at a time. The target port may
 * change, as when a server is started again.
 */
export interface TcpProxy {
  port: number;
  /**
   * `chance` decides for each occasion whether it is disturbed, and is called for nothing else. Without it,
   * all of them are.
   */
  disturb(disturbance: Disturbance, chance?: () => boolean): void;
  /** Connections that are open now stay open, and forward nothing any more. New ones work. */
  silence(): void;
  /**
   * Everything passes again. Connections in a black hole are closed, as a router would do in time. What is
   * held back stays so.
   */
  heal(): void;
  /** How often something was disturbed so far. A lost reply counts when it is lost. */
  disturbed(): number;
  /** Whether anything was held back since the last `heal`. A held reply means that its request was executed. */
  isHolding(): boolean;
  retarget(port: number): void;
  close(): Promise<void>;
}

/** A chance for `disturb`: the first `count` occasions. */
export const first = (count: number) => () => count-- > 0;

/** How long a target has to carry out a request whose client has gone. */
const carriedOutMs = 500;

interface Line {
  client: Socket;
  target: Socket;
  /** What happens to its current request or the reply to it. */
  fate?: RequestDisturbance['kind'] | undefined;
  /** Nothing passes or ends, until the proxy is healed. */
  swallowed: boolean;
}

type Effect = 'pass' | 'keep' | 'black_hole' | 'reset' | 'cut' | 'half_close' | { waitMs: number };

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  let port = targetPort;
  let active: { disturbance: Disturbance; chance: () => boolean } | undefined;
  let count = 0;
  let holding = false;
  const lines = new Set<Line>();

  /** The disturbance's effect on this chunk, if it is one of these kinds and strikes now. */
  const strike = (...kinds: ('black_hole' | 'reset' | 'cut' | 'half_close')[]): Effect => {
    const { disturbance, chance } = active ?? {};
    const kind = [...kinds, 'latency' as const].find((one) => one === disturbance?.kind);
    if (!kind || !chance?.()) return 'pass';
    count += 1;
    return disturbance?.kind === 'latency' ? { waitMs: disturbance.ms } : (kind as Effect);
  };

  const holdBack = (): Effect => {
    holding = true;
    return 'keep';
  };

  const server = createServer({ allowHalfOpen: true }, (client) => {
    const target = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const line: Line = { client, target, swallowed: false };
    lines.add(line);
    const end = () => {
      // A request on its way to the target is not given up.
      if (line.fate === 'late') return;
      lines.delete(line);
      client.destroy();
      target.destroy();
    };
    for (const socket of [client, target]) socket.setNoDelay(true).on('error', end).on('close', end);
    const arrive = () => {
      line.fate = undefined;
      // A client that is still there gets the answer. Otherwise the request is carried out, and the line
      // ends.
      if (client.destroyed) setTimeout(end, carriedOutMs).unref();
    };
    pump(line, client, target, (bytes) => {
      const { disturbance, chance } = active ?? {};
      if (disturbance && 'to' in disturbance && !line.fate) {
        if (disturbance.to.some((text) => bytes.includes(text)) && chance?.()) line.fate = disturbance.kind;
        if (line.fate === 'late' && disturbance.kind === 'late') {
          count += 1;
          setTimeout(arrive, disturbance.ms + carriedOutMs).unref();
          return { waitMs: disturbance.ms };
        }
      }
      return line.fate === 'hold_request' ? holdBack() : strike('reset', 'black_hole');
    });
    pump(line, target, client, () => {
      if (line.fate === 'hold_reply') return holdBack();
      if (line.fate !== 'lose_reply') return strike('reset', 'black_hole', 'cut', 'half_close');
      count += 1;
      return 'reset';
    });
  });

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    disturb(disturbance, chance = () => true) {
      active = { disturbance, chance };
    },
    silence() {
      for (const line of lines) line.swallowed = true;
    },
    heal() {
      active = undefined;
      holding = false;
      for (const line of lines) if (line.swallowed) resetLine(line);
    },
    disturbed: () => count,
    isHolding: () => holding,
    retarget(to) {
      port = to;
    },
    async close() {
      for (const line of lines) resetLine(line);
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Moves bytes one way, chunk by chunk in order, and applies what `befall` says of each. */
function pump(line: Line, from: Socket, to: Socket, befall: (bytes: Buffer) => Effect): void {
  let before: Promise<unknown> = Promise.resolve();
  from.on('data', (data) => {
    if (line.swallowed) return;
    // A socket without an encoding has no strings.
    const bytes = data as Buffer;
    const effect = befall(bytes);
    if (effect === 'keep') return;
    if (effect === 'black_hole') line.swallowed = true;
    else if (effect === 'reset') resetLine(line);
    else if (effect === 'cut') to.end(bytes.subarray(0, bytes.length >> 1), () => resetLine(line));
    else if (effect === 'half_close') to.end();
    else {
      const ms = effect === 'pass' ? 0 : effect.waitMs;
      before = before.then(() => (ms > 0 ? sleep(ms) : undefined)).then(() => write(to, bytes));
    }
  });
  from.on('end', () => {
    before = before.then(() => line.swallowed || to.end());
  });
}

function write(to: Socket, bytes: Buffer): void {
  if (to.writable) to.write(bytes);
}

function resetLine({ client, target }: Line): void {
  client.resetAndDestroy();
  target.resetAndDestroy();
}
