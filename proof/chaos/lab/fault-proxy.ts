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
  /** A request that contains one of these texts is carried out, but its reply is lost with its connection. */
  | { kind: 'lose_reply'; to: readonly string[] }
  /** A request that contains one of these texts arrives that much later, even if its client has gone. */
  | { kind: 'late'; to: readonly string[]; ms: number };

/**
 * A TCP proxy in front of a port of this machine. It has one disturbance at a time. The target port may
 * change, as when a server is started again.
 */
export interface FaultProxy {
  port: number;
  /** `chance` decides for each occasion whether it is disturbed, and is called for nothing else. */
  disturb(disturbance: Disturbance, chance: () => boolean): void;
  /** Everything passes again. Connections in a black hole are closed, as a router would do in time. */
  heal(): void;
  /** How often something was disturbed so far. */
  disturbed(): number;
  retarget(port: number): void;
  close(): Promise<void>;
}

/** How long a target has to carry out a request whose client has gone. */
const carriedOutMs = 500;

interface Line {
  client: Socket;
  target: Socket;
  /** The reply to the last request is lost. */
  loses: boolean;
  swallowed: boolean;
  /** A request on its way to the target is not given up. */
  late: boolean;
}

export async function startFaultProxy(targetPort: number): Promise<FaultProxy> {
  let port = targetPort;
  let active: { disturbance: Disturbance; chance: () => boolean } | undefined;
  let count = 0;
  const lines = new Set<Line>();

  /** The disturbance, if it is one of these kinds and strikes now. */
  const strikes = (...kinds: Disturbance['kind'][]): Disturbance | undefined => {
    if (!active || !kinds.includes(active.disturbance.kind) || !active.chance()) return undefined;
    count += 1;
    return active.disturbance;
  };

  const server = createServer({ allowHalfOpen: true }, (client) => {
    const line: Line = {
      client,
      target: connect({ port, host: '127.0.0.1', allowHalfOpen: true }),
      loses: false,
      swallowed: false,
      late: false,
    };
    lines.add(line);
    const { target } = line;
    const end = () => {
      if (line.late) return;
      lines.delete(line);
      client.destroy();
      target.destroy();
    };
    for (const socket of [client, target]) socket.setNoDelay(true).on('error', end).on('close', end);
    const arrive = () => {
      line.late = false;
      // A client that is still there gets the answer. Otherwise the request is carried out, and the line
      // ends.
      if (client.destroyed) setTimeout(end, carriedOutMs).unref();
    };
    pump(line, client, target, (bytes) => {
      const { disturbance } = active ?? {};
      if (disturbance?.kind === 'lose_reply' && disturbance.to.some((text) => bytes.includes(text)))
        line.loses ||= strikes('lose_reply') !== undefined;
      if (disturbance?.kind !== 'late') return strikes('reset', 'black_hole');
      if (line.late || !disturbance.to.some((text) => bytes.includes(text)) || !strikes('late')) return;
      line.late = true;
      setTimeout(arrive, disturbance.ms + carriedOutMs).unref();
      return disturbance;
    });
    pump(line, target, client, () =>
      line.loses ? { kind: 'reset' } : strikes('reset', 'black_hole', 'cut', 'half_close'),
    );
  });

  /** Moves bytes one way, chunk by chunk in order, and applies the disturbance. */
  function pump(line: Line, from: Socket, to: Socket, befall: (bytes: Buffer) => Disturbance | undefined) {
    let before: Promise<unknown> = Promise.resolve();
    from.on('data', (bytes) => {
      if (line.swallowed) return;
      const what = befall(bytes);
      if (what?.kind === 'black_hole') line.swallowed = true;
      else if (what?.kind === 'reset') resetLine(line);
      else if (what?.kind === 'cut') to.end(bytes.subarray(0, bytes.length >> 1), () => resetLine(line));
      else if (what?.kind === 'half_close') to.end();
      else {
        const wait = what ?? strikes('latency');
        const ms = wait?.kind === 'latency' || wait?.kind === 'late' ? wait.ms : 0;
        before = before.then(() => (ms > 0 ? sleep(ms) : undefined)).then(() => write(to, bytes));
      }
    });
    from.on('end', () => {
      before = before.then(() => line.swallowed || to.end());
    });
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    disturb(disturbance, chance) {
      active = { disturbance, chance };
    },
    heal() {
      active = undefined;
      for (const line of lines) if (line.swallowed) resetLine(line);
    },
    disturbed: () => count,
    retarget(to) {
      port = to;
    },
    async close() {
      for (const line of lines) resetLine(line);
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function write(to: Socket, bytes: Buffer): void {
  if (to.writable) to.write(bytes);
}

function resetLine({ client, target }: Line): void {
  client.resetAndDestroy();
  target.resetAndDestroy();
}
