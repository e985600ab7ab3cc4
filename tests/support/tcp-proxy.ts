import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy on the way to a local port that can lose a reply after its request was carried out. */
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
  close(): Promise<void>;
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let loseReply = false;
  let waitingFor: string | undefined;
  let lost = 0;

  const server = createServer((client) => {
    const target = connect(targetPort, '127.0.0.1');
    const end = () => {
      client.destroy();
      target.destroy();
    };
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on('error', end).on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    let loseHere = false;
    client.on('data', (bytes) => {
      if (waitingFor !== undefined && bytes.includes(waitingFor)) {
        waitingFor = undefined;
        loseHere = true;
      }
      target.write(bytes);
    });
    client.on('end', () => target.end());
    target.on('data', (bytes) => {
      if (loseReply || loseHere) {
        loseReply = false;
        lost += 1;
        end();
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
    silence: () => {
      for (const socket of sockets) socket.unpipe().pause();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
