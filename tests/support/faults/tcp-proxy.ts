import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy to a local port. It can lose what passes it, or stop it at a given text. */
export interface TcpProxy {
  port: number;
  /** Discards the next bytes of a reply and closes both ends of their connection. */
  loseNextReply(): void;
  /** Connections that are open now stay open, and forward nothing any more. */
  silence(): void;
  /** Like `loseNextReply`, for the reply to the next bytes that contain this text. */
  loseReplyTo(text: string): void;
  /** How many replies were discarded so far. */
  repliesLost(): number;
  /**
   * Holds back a request that contains this text, or only its reply. Nothing later passes on the same
   * connection. So a process that is killed meanwhile dies exactly at this step.
   */
  hold(what: 'request' | 'reply', text: string): void;
  /** Whether anything is held back. For a reply, this means that its request was executed. */
  isHolding(): boolean;
  /** Forwards new traffic again. What is held back stays so until its connection ends. */
  letPass(): void;
  /** The port may change, for example when a server was restarted. */
  retarget(port: number): void;
  close(): Promise<void>;
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let loseReply = false;
  let waitingFor: string | undefined;
  let lost = 0;
  let port = targetPort;
  let hold: { what: 'request' | 'reply'; text: string } | undefined;
  let holding = false;

  const server = createServer((client) => {
    const target = connect(port, '127.0.0.1');
    const end = () => {
      client.destroy();
      target.destroy();
    };
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket
        .setNoDelay(true)
        .on('error', end)
        .on('close', () => {
          sockets.delete(socket);
          end();
        });
    }
    let loseHere = false;
    let held: 'request' | 'reply' | undefined;
    client.on('data', (bytes) => {
      if (waitingFor !== undefined && bytes.includes(waitingFor)) {
        waitingFor = undefined;
        loseHere = true;
      }
      if (hold && bytes.includes(hold.text)) held ??= hold.what;
      if (held === 'request') holding = true;
      else target.write(bytes);
    });
    client.on('end', () => target.end());
    target.on('data', (bytes) => {
      if (loseReply || loseHere) {
        loseReply = false;
        lost += 1;
        end();
      } else if (held === 'reply') {
        holding = true;
      } else {
        client.write(bytes);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    loseNextReply: () => {
      loseReply = true;
    },
    loseReplyTo: (text) => {
      waitingFor = text;
    },
    repliesLost: () => lost,
    hold: (what, text) => {
      hold = { what, text };
    },
    isHolding: () => holding,
    letPass: () => {
      hold = undefined;
      holding = false;
    },
    retarget: (to) => {
      port = to;
    },
    silence: () => {
      for (const socket of sockets) socket.unpipe().pause();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
