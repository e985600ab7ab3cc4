import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Whether a program could listen there now. */
export function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/**
 * Chooses a free port on the loopback interface: `preferred` if it is free, so that addresses survive a
 * restart. The port is below 32768. From there on, Linux gives ports to outgoing connections, and one of
 * those could be taken while the service is down.
 */
export async function choosePort(preferred?: number): Promise<number> {
  if (preferred && (await isFree(preferred))) return preferred;
  for (let tries = 0; tries < 50; tries++) {
    const port = randomInt(20_000, 32_000);
    if (await isFree(port)) return port;
  }
  throw new Error('no free port was found between 20000 and 32000');
}
