import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

/**
 * What Node is started with for a process of the shop. V8 sizes the room for young objects by the
 * machine's memory, up to 134 MB, and gives none of it back; with 50 MB the process is that much
 * smaller. With a third less it is smaller by another 20 MB, and an order costs 7 per cent more CPU time,
 * because what lives in young objects is copied more often. V8 also lets garbage grow to several times of
 * what lives; here it collects when the heap has grown by 30 per cent: docs/decisions/0011.
 */
export const serverArgs = [
  '--max-semi-space-size=24',
  '--heap-growing-percent=30',
  path.join(root, 'server.ts'),
];
