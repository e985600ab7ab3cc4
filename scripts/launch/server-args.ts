import path from 'node:path';
import { pathToFileURL } from 'node:url';

const root = path.resolve(import.meta.dirname, '../..');

/**
 * V8's flags for a process of the shop. V8 sizes its space for young objects by the machine's memory,
 * up to 134 MB, and never shrinks it. With 50 MB, the process is that much smaller. With a third less, it
 * would be smaller by another 20 MB, but an order would cost 7 per cent more CPU time, because surviving
 * young objects are copied more often. V8 also lets garbage grow to several times the live data. Here it
 * collects when the heap has grown by 30 per cent: docs/decisions/0011.
 */
export const v8Args = ['--max-semi-space-size=24', '--heap-growing-percent=30'];

/** Node's arguments for a process of the shop. Traces are loaded before everything else. */
export const serverArgs = [
  ...v8Args,
  // As a URL: a path could contain characters that have a meaning in one.
  `--import=${pathToFileURL(path.join(root, 'host', 'load-tracing.ts'))}`,
  path.join(root, 'server.ts'),
];
