import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';

const decoders: Record<string, (body: Buffer) => Buffer> = {
  gzip: gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
  zstd: zstdDecompressSync,
};

/** The text of an answer's body. Throws for an encoding that no browser asked for. */
export function textOf(body: Buffer, encoding = 'identity'): string {
  if (encoding === 'identity') return body.toString('utf8');
  const decode = decoders[encoding];
  if (!decode) throw new Error(`an answer in the encoding "${encoding}"`);
  return decode(body).toString('utf8');
}

/** A text as HTML may contain it. */
function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#x27;');
}

/** Whether a document shows a text: in its HTML, or in the data inside it. */
export const shows = (document: string, text: string): boolean =>
  [text, escapeHtml(text), JSON.stringify(text).slice(1, -1)].some((form) => document.includes(form));
