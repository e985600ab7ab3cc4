import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

test('a reader of stdout that stalls holds up no answer: lines wait or are dropped, and no line is cut', async () => {
  // What broke: the lines were written synchronously, in the thread that answers.
  const child = spawn(process.execPath, [path.resolve(import.meta.dirname, 'log-many-lines.ts')], {
    env: {
      ...process.env,
      LOG_LEVEL: 'info',
      DATABASE_URL: 'postgresql://localhost/unused',
      ONCE_SECRET: 'a secret of more than 32 characters',
    },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  // Nothing reads its stdout yet, and a pipe holds 64 KB of these 1.3 MB.
  const [dropped] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  expect(dropped).toBeGreaterThan(1_000);
  let text = '';
  child.stdout?.on('data', (piece) => {
    text += piece;
  });
  await once(child, 'close');
  const lines = text.trimEnd().split('\n');
  expect(lines.length + dropped).toBe(5_000);
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ requestId: 'a-request' });
});
