import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { shows, textOf } from '#proof/bench/browser/body.ts';

const page = '<h1>Salt & pepper</h1>';

describe('the text of an answer', () => {
  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ])('is read from %s', (encoding, encode) => {
    expect(textOf(encode(Buffer.from(page)), encoding)).toBe(page);
  });

  it('is the body itself without an encoding, and nothing in an unknown one', () => {
    expect(textOf(Buffer.from(page))).toBe(page);
    expect(() => textOf(Buffer.from(page), 'sdch')).toThrow('sdch');
  });
});

describe('a document', () => {
  it('shows a text in its HTML or in its data', () => {
    expect(shows('<h1>Salt &amp; pepper</h1>', 'Salt & pepper')).toBe(true);
    expect(shows('{"title":"a \\"b\\""}', 'a "b"')).toBe(true);
    expect(shows('<h1>Salt</h1>', 'Salt & pepper')).toBe(false);
  });
});
