import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { requireFreePort } from './port-owner.ts';

// What broke: with port 4190 the launcher built and started the shop, waited for it for two minutes, and said
// that the shop did not answer.
test('a port that browsers refuse is refused by its number', async () => {
  await expect(requireFreePort(4190, '127.0.0.1')).rejects.toThrow(
    /Browsers refuse to open port 4190.*npm start -- --port 3000/,
  );
  await expect(requireFreePort(6000, '127.0.0.1', '--edge-port')).rejects.toThrow('--edge-port 3000');
});

test('a free port is accepted, and a taken one is refused with its owner', async () => {
  const server = createServer();
  const port = await new Promise<number>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
  );
  await expect(requireFreePort(port, '127.0.0.1')).rejects.toThrow(`Port ${port} is taken by process`);
  await new Promise((resolve) => server.close(resolve));
  await requireFreePort(port, '127.0.0.1');
});
