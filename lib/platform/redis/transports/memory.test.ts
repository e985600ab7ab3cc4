import { expect, test } from 'vitest';
import { openMemory } from '#lib/platform/redis/transports/memory.ts';

test('expired keys cannot pile up, because all data is deleted after many commands', async () => {
  const { wire, close } = openMemory();
  await wire.send(['SET', 'early', 'x']);
  const thousand = Array.from({ length: 1_000 }, () => ['GET', 'early']);
  let sent = 1;
  for (; sent <= 200_000; sent += 1_000) {
    const replies = await wire.sendTransaction(thousand);
    if (Array.isArray(replies) && replies[0]?.result === null) break;
  }
  expect(sent).toBeGreaterThan(190_000);
  expect(await wire.send(['GET', 'early'])).toEqual({ result: null });
  await close();
});

test('an unsupported command gets the error that Redis would send', async () => {
  const { wire, close } = openMemory();
  expect(await wire.send(['NOSUCH', 'a'])).toEqual({ error: "ERR unknown command 'nosuch'" });
  await close();
});
