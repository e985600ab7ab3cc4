import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Advice } from '#scripts/advice.ts';
import { capture, commandOf } from '#scripts/services/processes.ts';

/** How long a port without a listener may stay taken. */
const passingMs = 5_000;

/** Returns the error of listening there now, or undefined when it works. */
function tryListening(port: number, host: string): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', resolve);
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(undefined)));
  });
}

/** Finds the socket that listens on a port in Linux's own tables: state 0A is LISTEN, column 9 the inode. */
function listeningInode(port: number): string | undefined {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const rows = readFileSync(table, 'utf8').split('\n').slice(1);
    const row = rows
      .map((line) => line.trim().split(/\s+/))
      .find((cells) => cells[1]?.endsWith(suffix) && cells[3] === '0A');
    if (row) return row[9];
  }
  return undefined;
}

function ownerOnLinux(port: number): number | undefined {
  const socket = `socket:[${listeningInode(port)}]`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((pid) => openFilesOf(pid).includes(socket));
}

/** What a process has open. Nothing for a process that has ended or belongs to another user. */
function openFilesOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => openFileOf(pid, fd));
  } catch {
    return [];
  }
}

function openFileOf(pid: number, fd: string): string[] {
  try {
    return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
  } catch {
    // The process closed it meanwhile. The others still count.
    return [];
  }
}

/** The process that listens on a port, as far as this user can see. */
async function ownerOf(port: number): Promise<string | undefined> {
  try {
    const pid =
      process.platform === 'linux'
        ? ownerOnLinux(port)
        : Number(
            (await capture('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-t'])).stdout.split('\n')[0],
          );
    return pid ? `process ${pid} (${(commandOf(pid) ?? 'unknown').slice(0, 100)})` : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether browsers refuse to open this port: https://fetch.spec.whatwg.org/#port-blocking. Node's `fetch`
 * follows the same list, and refuses before it connects. Its error has no code, so its text must decide.
 */
async function isBlockedByBrowsers(port: number): Promise<boolean> {
  const answer = fetch(`http://127.0.0.1:${port}`, { method: 'HEAD', signal: AbortSignal.timeout(1_000) });
  const error = await answer.then(
    () => undefined,
    (reason: Error) => reason.cause,
  );
  return error instanceof Error && error.message === 'bad port';
}

/**
 * Throws with the port's owner and what to type, before any long work starts. Refuses a port that no browser
 * would open, too.
 */
export async function requireFreePort(port: number, host: string, flag = '--port'): Promise<void> {
  let error = await tryListening(port, host);
  let owner = error?.code === 'EADDRINUSE' ? await ownerOf(port) : undefined;
  // Without a listener, it may be an outgoing connection that briefly got this port.
  for (const deadline = Date.now() + passingMs; error?.code === 'EADDRINUSE' && !owner; await sleep(250)) {
    error = await tryListening(port, host);
    owner = error && (await ownerOf(port));
    if (Date.now() > deadline) break;
  }
  if (!error) {
    if (!(await isBlockedByBrowsers(port))) return;
    throw new Advice(
      `Browsers refuse to open port ${port}, because another protocol uses it. Use another port:  npm start -- ${flag} 3000`,
    );
  }
  if (error.code === 'EADDRINUSE') {
    throw new Advice(
      `Port ${port} is taken by ${owner ?? 'another process'}.\nStop it, or use another port:  npm start -- ${flag} ${port + 1}`,
    );
  }
  if (error.code === 'EACCES') {
    throw new Advice(`Port ${port} is for root alone. Use one above 1023:  npm start -- ${flag} 8080`);
  }
  throw new Advice(`Nothing can listen on ${host}:${port}: ${error.message}`);
}
