import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';

// A Prisma generator that writes Prisma's view of the schema as JSON: every table, column, type and key. The
// generated client keeps too little to compare a database with: no nullability and no column types. A parser
// of our own could disagree with Prisma's. Plain JavaScript, because `prisma generate` also runs on older
// versions of Node.
//
// Prisma speaks JSON-RPC with its generators: requests on stdin, answers on stderr.

const manifest = {
  prettyName: 'data model for the drift check',
  defaultOutput: '../lib/generated/datamodel.json',
};

async function answer({ method, params }) {
  if (method === 'getManifest') return { manifest };
  if (method !== 'generate') throw new Error(`unknown method ${method}`);
  const { models, enums } = params.dmmf.datamodel;
  await writeFile(params.generator.output.value, `${JSON.stringify({ models, enums }, null, 1)}\n`);
  return null;
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  const reply = await answer(request).then(
    (result) => ({ result }),
    (error) => ({ error: { code: 0, message: error.message, data: { stack: error.stack } } }),
  );
  process.stderr.write(`${JSON.stringify({ jsonrpc: '2.0', id: request.id, ...reply })}\n`);
}
