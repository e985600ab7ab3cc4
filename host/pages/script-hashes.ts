import { createHash } from 'node:crypto';

/**
 * The sources of a content policy that allow the inline scripts of a page (CSP 3, 2.3.1). They are the same in
 * every copy of a page that was rendered once, where a nonce would be shared by all shoppers.
 */
export function scriptHashes(html: string): string {
  const scripts = [...html.matchAll(/<script(?![^>]*\s(?:src|type)=)[^>]*>([\s\S]*?)<\/script>/g)];
  const hashes = scripts.map(([, code = '']) => createHash('sha256').update(code).digest('base64'));
  return [...new Set(hashes)].map((hash) => `'sha256-${hash}'`).join(' ');
}
