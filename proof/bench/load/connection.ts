import { connect, type Socket } from 'node:net';
import { type Answer, ResponseParser } from '#proof/bench/load/response-parser.ts';

/** The server that gets the load. */
export interface Target {
  host: string;
  port: number;
}

export function targetOf(origin: string): Target {
  const { hostname, port } = new URL(origin);
  return { host: hostname, port: Number(port) };
}

/** The limit for an answer of the shop. A request without an answer by then has failed. */
const answerLimitMs = 30_000;

/** One read takes a whole answer of the shop; a page takes a few. */
const readBytes = 64 * 1024;

/** Receives the answer, or undefined when there was none. */
type Settle = (answer: Answer | undefined) => void;

/**
 * One kept-alive connection with at most one request in flight. Its first request opens it, and the next
 * one after the server closed it opens it again. No request is ever sent twice. The load uses it in place of
 * the harness's shopper, which would take CPU time from the shop that is measured.
 */
export class Connection {
  readonly #target: Target;
  readonly #memory: Buffer;
  #socket: Socket | undefined;
  #parser = new ResponseParser();
  #settle: Settle | undefined;
  #sentAt = 0;

  /**
   * `memory` is the read buffer. Connections of one thread can share it, because each read is consumed
   * immediately.
   */
  constructor(target: Target, memory: Buffer) {
    this.#target = target;
    this.#memory = memory;
  }

  send(request: Buffer, settle: Settle): void {
    this.#settle = settle;
    this.#sentAt = performance.now();
    this.#socket ??= this.#open();
    this.#socket.write(request);
  }

  /** Gives up a request that has exceeded the limit. */
  expire(now: number): void {
    if (this.#settle && now - this.#sentAt > answerLimitMs) this.#drop();
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #open(): Socket {
    const onread = {
      buffer: this.#memory,
      callback: (length: number): boolean => this.#read(socket, length),
    };
    const socket: Socket = connect({ ...this.#target, noDelay: true, onread });
    this.#parser = new ResponseParser();
    // 'close' always follows an error.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (this.#socket === socket) this.#drop();
    });
    return socket;
  }

  #read(socket: Socket, length: number): boolean {
    if (this.#socket !== socket) return true;
    let answer: Answer | undefined;
    try {
      answer = this.#parser.read(this.#memory.subarray(0, length));
    } catch {
      this.#drop();
      return true;
    }
    if (!answer) return true;
    if (answer.closes) this.close();
    this.#finish(answer);
    return true;
  }

  #drop(): void {
    this.close();
    this.#finish(undefined);
  }

  #finish(answer: Answer | undefined): void {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(answer);
  }
}

/** Several connections to one server, with a timer that ends requests without an answer. */
export function openConnections(target: Target, count: number): { all: Connection[]; close(): void } {
  const memory = Buffer.allocUnsafe(readBytes);
  const all = Array.from({ length: count }, () => new Connection(target, memory));
  const clock = setInterval(() => {
    const now = performance.now();
    for (const connection of all) connection.expire(now);
  }, 1_000);
  return {
    all,
    close() {
      clearInterval(clock);
      for (const connection of all) connection.close();
    },
  };
}
