import { randomInt } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { isAlive } from '#scripts/services/processes.ts';

/** Whether a program could listen there now. */
export function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/**
 * One file for each chosen port, with the id of the process that chose it. While a service restarts, its port
 * is free, and another shop or test on this machine must not choose it.
 */
const folder = path.join(os.tmpdir(), 'once-ports');

/** The files of this process. They end with it; the file of a killed process is replaced. */
const reserved = new Set<string>();

/** Whether this process has the port for itself. Only programs that choose ports here ask. */
function reserve(port: number): boolean {
  const file = path.join(folder, String(port));
  if (reserved.has(file)) return true;
  try {
    mkdirSync(folder, { recursive: true });
    const owner = ownerOf(file);
    if (owner !== undefined && !isAlive(owner)) rmSync(file, { force: true });
    writeFileSync(file, String(process.pid), { flag: 'wx' });
  } catch (error) {
    // With any other error the folder cannot be used, such as one of another user. It only helps.
    return (error as NodeJS.ErrnoException).code !== 'EEXIST';
  }
  if (reserved.size === 0)
    process.once('exit', () => reserved.forEach((one) => void rmSync(one, { force: true })));
  reserved.add(file);
  return true;
}

function ownerOf(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Chooses a free port on the loopback interface: `preferred` if it is free, so that addresses survive a
 * restart. The port belongs to this process until it ends, also while nothing listens there. It is below
 * 32768. From there on, Linux gives ports to outgoing connections, and one of those could be taken while the
 * service is down.
 */
export async function choosePort(preferred?: number): Promise<number> {
  // Reserved first: the look itself occupies a port for a moment.
  if (preferred && reserve(preferred) && (await isFree(preferred))) return preferred;
  for (let tries = 0; tries < 50; tries++) {
    const port = randomInt(20_000, 32_000);
    if (reserve(port) && (await isFree(port))) return port;
  }
  throw new Error('no free port was found between 20000 and 32000');
}
