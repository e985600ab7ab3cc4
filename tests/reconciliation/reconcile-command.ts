import { spawn } from 'node:child_process';
import path from 'node:path';

/** `npm run reconcile`, as an operator types it. */
export async function runReconcile(
  ...args: string[]
): Promise<{ code: number | null; out: string; err: string }> {
  const script = path.resolve(import.meta.dirname, '../../scripts/reconcile/run.ts');
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => (out += text));
  child.stderr.on('data', (text) => (err += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out, err };
}
