import { hash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { schemaOf } from '#lib/platform/database/db-session.ts';
import { env } from '#lib/platform/env.ts';
import { logger } from '#lib/platform/logger.ts';

type Shop = Record<'DATA_DIR' | 'DATABASE_URL', string>;

/**
 * The folder of the sockets at which the processes of one shop on one machine give their metrics. Its name
 * has the database in it, because two shops may share a data folder. The role is not in it: the worker may
 * have its own.
 */
export function sharedFolder({ DATA_DIR, DATABASE_URL }: Shop = env()): string {
  const { hostname, port, pathname, searchParams } = new URL(DATABASE_URL);
  // The folder of a Unix socket is a parameter.
  const host = searchParams.get('host') ?? hostname;
  const database = [host, port || '5432', pathname, schemaOf(DATABASE_URL)].join(' ');
  return path.resolve(DATA_DIR, 'metrics', hash('sha256', database, 'hex').slice(0, 8));
}

/** The shorter spelling of a path: a socket's path may have about 100 characters. */
export function shortest(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return relative.length < file.length ? relative : file;
}

/** A folder that changed within this time may be of a shop that is about to open its first socket. */
const newMs = 60_000;

/** Removes the folders of shops that have ended, such as this one with its previous database. */
export async function removeDeadFolders(): Promise<void> {
  const own = sharedFolder();
  const all = path.dirname(own);
  try {
    for (const name of await readdir(all)) {
      const folder = path.join(all, name);
      if (folder !== own && (await isDead(folder))) await rm(folder, { recursive: true });
    }
  } catch (error) {
    logger().debug({ err: error }, 'old folders of metrics were not removed');
  }
}

async function isDead(folder: string): Promise<boolean> {
  if (Date.now() - (await stat(folder)).mtimeMs < newMs) return false;
  const refusals = (await readdir(folder)).map((name) => refuses(path.join(folder, name)));
  return (await Promise.all(refusals)).every(Boolean);
}

async function refuses(file: string): Promise<boolean> {
  const socket = connect(shortest(file));
  try {
    await once(socket, 'connect');
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ECONNREFUSED';
  } finally {
    socket.destroy();
  }
}
