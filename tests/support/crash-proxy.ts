import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * A TCP proxy on the way to a local port that stops a connection at a named word, for as long as the
 * connection lives: whoever is killed meanwhile was killed exactly there.
 */
export interface CrashProxy {
  port: number;
  /**
   * A request that holds this text is not passed on, or is passed on and its reply is not; nor is
   * anything that comes after it.
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

export async function startCrashProxy(targetPort: number): Promise<CrashProxy> {
  const sockets = new Set<Socket>();
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
      socket.setNoDelay(true).on('error', end);
      socket.on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    let held: 'request' | 'reply' | undefined;
    client.on('data', (bytes) => {
      if (hold && bytes.includes(hold.text)) held ??= hold.what;
      if (held === 'request') holding = true;
      else target.write(bytes);
    });
    client.on('end', () => target.end());
    target.on('data', (bytes) => {
      if (held === 'reply') holding = true;
      else client.write(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
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
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
