import { expect, test } from 'vitest';
import { openMemory } from '#lib/platform/redis/memory.ts';

test('what has run out does not pile up for ever: after many commands everything is forgotten', async () => {
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

test('a command that the stand-in lacks is refused as Redis refuses one', async () => {
  const { wire, close } = openMemory();
  expect(await wire.send(['NOSUCH', 'a'])).toEqual({ error: "ERR unknown command 'nosuch'" });
  await close();
});
