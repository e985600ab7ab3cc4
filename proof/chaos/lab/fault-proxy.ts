import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a proxy does to the bytes that pass it; everything else passes as it came. */
export type Disturbance =
  /** Every piece waits that long, in both directions. */
  | { kind: 'latency'; ms: number }
  /** New connections and those with traffic are reset. */
  | { kind: 'reset' }
  /** The far end seems to have said its last word; what it is told still arrives. */
  | { kind: 'half_close' }
  /** A piece that comes back is cut in its middle, and its connection ended. */
  | { kind: 'cut' }
  /** Connections are taken, and nothing passes or ends. */
  | { kind: 'black_hole' }
  /** What was asked with one of these texts in it is carried out, and its reply lost with its connection. */
  | { kind: 'lose_reply'; to: readonly string[] }
  /** What asks with one of these texts in it arrives so much later, also if whoever asked has gone. */
  | { kind: 'late'; to: readonly string[]; ms: number };

/**
 * A TCP proxy on the way to a port of this machine. One disturbance at a time; the port may change
 * under it, as that of a server that was started again does.
 */
export interface FaultProxy {
  port: number;
  /** `chance` tells for each occasion whether it is disturbed, and is called for nothing else. */
  disturb(disturbance: Disturbance, chance: () => boolean): void;
  /** Everything passes again. Connections that a black hole swallowed are ended, as a router would in time. */
  heal(): void;
  /** How often something was disturbed so far. */
  disturbed(): number;
  retarget(port: number): void;
  close(): Promise<void>;
}

/** So long a target that was asked without anybody waiting has for doing it. */
const carriedOutMs = 500;

interface Line {
  client: Socket;
  target: Socket;
  /** The reply to what was sent last is lost. */
  loses: boolean;
  swallowed: boolean;
  /** Something is on its way to the target that is not given up. */
  late: boolean;
}

export async function startFaultProxy(targetPort: number): Promise<FaultProxy> {
  let port = targetPort;
  let active: { disturbance: Disturbance; chance: () => boolean } | undefined;
  let count = 0;
  const lines = new Set<Line>();

  /** The disturbance, if it is of one of these kinds and strikes now. */
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
      // Whoever is still there gets the answer; else it is carried out, and that is all.
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

  /** Moves bytes one way, piece by piece in their order, and does to them what is to be done. */
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
