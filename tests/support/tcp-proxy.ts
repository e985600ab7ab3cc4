import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy on the way to a local port that can lose what passes it, or stop it at a named word. */
export interface TcpProxy {
  port: number;
  /** The next bytes that come back are thrown away and both ends of their connection closed. */
  loseNextReply(): void;
  /** Connections that are open now stay open, and nothing passes through them any more. */
  silence(): void;
  /** The same for the reply to the next bytes that hold this text. */
  loseReplyTo(text: string): void;
  /** How many replies were thrown away so far. */
  repliesLost(): number;
  /**
   * A request that holds this text is not passed on, or is passed on and its reply is not; nor is
   * anything that comes after it, for as long as its connection lives: whoever is killed meanwhile was
   * killed exactly there.
   */
  hold(what: 'request' | 'reply', text: string): void;
  /** Whether something is held. Of a reply this says that its request was carried out. */
  isHolding(): boolean;
  /** What is new passes again. What is held stays so until its connection ends. */
  letPass(): void;
  /** The port may change, as that of a server that was started again may. */
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
