import { gzipSync } from 'node:zlib';
import { textOf } from '#proof/bench/browser/body.ts';
import { documentHeaders, scriptHeaders } from '#proof/bench/browser/headers.ts';
import { Lane } from '#proof/bench/browser/lane.ts';

/** The addresses of a document's scripts, each once. Those for browsers without modules are left out. */
export function scriptsOf(document: string): string[] {
  const tags = document.match(/<script\b[^>]*>/g) ?? [];
  const sources = tags
    .filter((tag) => !/\snomodule\b/i.test(tag))
    .flatMap((tag) => tag.match(/\ssrc="([^"]+)"/)?.[1] ?? []);
  return [...new Set(sources)];
}

/** The JavaScript that a document loads, in bytes, each file compressed with gzip. */
export async function scriptBytesOf(
  origin: string,
  path: string,
  cookies: { cookie?: string } = {},
): Promise<number> {
  const lane = new Lane();
  const read = async (from: string, headers: Record<string, string>) => {
    const reply = await lane.send({ method: 'GET', url: new URL(from, origin).href, headers });
    if (reply.status !== 200) throw new Error(`${from}: ${reply.status}`);
    return textOf(reply.body, reply.headers['content-encoding']);
  };
  try {
    const document = await read(path, { ...documentHeaders(), ...cookies });
    const headers = scriptHeaders({ method: 'GET', from: origin + path });
    let bytes = 0;
    for (const script of scriptsOf(document)) bytes += gzipSync(await read(script, headers)).length;
    return bytes;
  } finally {
    lane.close();
  }
}
