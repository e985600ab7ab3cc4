import { describe, expect, it } from 'vitest';
import { type Answer, ResponseParser } from '#proof/bench/load/response-parser.ts';

/** Feeds a text in pieces of this size. Returns every answer with the number of bytes read by then. */
function feed(text: string, size: number): { answer: Answer; after: number }[] {
  const parser = new ResponseParser();
  const bytes = Buffer.from(text, 'latin1');
  const memory = Buffer.alloc(size);
  const answers: { answer: Answer; after: number }[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    // One buffer for every piece, as with the sockets.
    const length = bytes.copy(memory, 0, at, at + size);
    const answer = parser.read(memory.subarray(0, length));
    if (answer) answers.push({ answer, after: at + length });
  }
  return answers;
}

const withLength = 'HTTP/1.1 201 Created\r\nContent-Length: 5\r\nIdempotent-Replayed: true\r\n\r\nhello';
const inChunks =
  'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n1a;x=1\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\nx-trailer: 1\r\n\r\n';

describe.each([1, 2, 7, 64, 10_000])('answers that arrive in pieces of %i bytes', (size) => {
  it('end with the last byte of their length', () => {
    expect(feed(withLength, size)).toEqual([
      { answer: { status: 201, replayed: true, closes: false }, after: withLength.length },
    ]);
  });

  it('end with the last byte of their last chunk', () => {
    const [first, ...others] = feed(inChunks, size);
    expect(first).toEqual({
      answer: { status: 200, replayed: false, closes: false },
      after: inChunks.length,
    });
    expect(others).toEqual([]);
  });

  it('have no body at 304 in spite of their headers, and show that the connection closes', () => {
    const text = 'HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\nconnection: close\r\n\r\n';
    expect(feed(text, size)).toEqual([
      { answer: { status: 304, replayed: false, closes: true }, after: text.length },
    ]);
  });

  it('may follow early hints', () => {
    const text = `HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\n${withLength}`;
    expect(feed(text, size)).toEqual([
      { answer: { status: 201, replayed: true, closes: false }, after: text.length },
    ]);
  });
});

describe('answers that the parser refuses', () => {
  it.each([
    ['bytes after the end', `${withLength}x`],
    ['a body without a length that ends with the connection', 'HTTP/1.1 200 OK\r\n\r\n'],
    ['another protocol', 'SSH-2.0-OpenSSH\r\n\r\n'],
    ['a chunk without a size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n'],
    ['an endless head', `HTTP/1.1 200 OK\r\n${'x: 1\r\n'.repeat(3_000)}`],
  ])('%s', (_, text) => {
    expect(() => new ResponseParser().read(Buffer.from(text))).toThrow();
  });
});
