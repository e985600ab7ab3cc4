import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Whether something could listen there now. */
export function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/**
 * A free port on the loopback interface: `preferred` when it is free, so that addresses
 * survive a restart. Chosen below 32768, where Linux begins to hand ports to outgoing
 * connections; one from there could be taken while the service is down.
 */
export async function choosePort(preferred?: number): Promise<number> {
  if (preferred && (await isFree(preferred))) return preferred;
  for (let tries = 0; tries < 50; tries++) {
    const port = randomInt(20_000, 32_000);
    if (await isFree(port)) return port;
  }
  throw new Error('no free port was found between 20000 and 32000');
}
