/** The parts of an answer that the load generator keeps. */
export interface Answer {
  status: number;
  /** Marked `Idempotent-Replayed`: the answer of an earlier submission. */
  replayed: boolean;
  /** The server closes the connection after it. */
  closes: boolean;
}

/** No server here sends a longer head. Longer ones are refused. */
const maxHeadBytes = 16 * 1024;

/**
 * Parses the HTTP/1.1 answers of one connection with one request in flight: the status, three headers,
 * and where the body ends (by length or in chunks). It skips the body itself. It exists because the load
 * shares the machine with what it measures: a general client costs several times as much per request.
 */
export class ResponseParser {
  #head: Buffer | undefined;
  #answer: Answer | undefined;
  /** Bytes of the body, or of the current chunk, that are still to come. */
  #remaining = 0;
  #chunked = false;
  /** An incomplete line: a chunk's size, or a line of the trailer. */
  #line = '';
  #inTrailer = false;

  /**
   * Takes the bytes that arrived. Returns the answer after its last byte. Throws at anything that it
   * cannot parse.
   */
  read(bytes: Buffer): Answer | undefined {
    let at = 0;
    while (!this.#answer) {
      const body = this.#readHead(bytes.subarray(at));
      if (body === undefined) return undefined;
      at += body;
    }
    const end = this.#chunked ? this.#skipChunks(bytes, at) : this.#skipLength(bytes, at);
    if (end === undefined) return undefined;
    if (end < bytes.length) throw new Error('more came than was asked for');
    const answer = this.#answer;
    this.#answer = undefined;
    return answer;
  }

  /** Where the body begins in these bytes; undefined while the head is incomplete. */
  #readHead(bytes: Buffer): number | undefined {
    const before = this.#head?.length ?? 0;
    const all = this.#head ? Buffer.concat([this.#head, bytes]) : bytes;
    const end = all.indexOf('\r\n\r\n');
    if (end < 0) {
      if (all.length > maxHeadBytes) throw new Error('the head of the answer is too long');
      // Copied, because the caller reuses the memory.
      this.#head = Buffer.from(all);
      return undefined;
    }
    this.#head = undefined;
    this.#begin(all.toString('latin1', 0, end + 2));
    return end + 4 - before;
  }

  #begin(head: string): void {
    const status = Number(head.slice(9, 12));
    if (!head.startsWith('HTTP/1.1 ') || !(status >= 100)) throw new Error('not an answer in HTTP/1.1');
    // 100 Continue and 103 Early Hints come before the answer.
    if (status < 200) return;
    const length = head.match(/\r\ncontent-length: *(\d+)/i)?.[1];
    this.#chunked = length === undefined && /\r\ntransfer-encoding: *chunked/i.test(head);
    const bodiless = status === 204 || status === 304;
    if (length === undefined && !this.#chunked && !bodiless) throw new Error('an answer without an end');
    this.#remaining = bodiless ? 0 : Number(length ?? 0);
    this.#line = '';
    this.#inTrailer = false;
    this.#answer = {
      status,
      replayed: /\r\nidempotent-replayed: *true/i.test(head),
      closes: /\r\nconnection: *close/i.test(head),
    };
  }

  #skipLength(bytes: Buffer, at: number): number | undefined {
    const here = Math.min(this.#remaining, bytes.length - at);
    this.#remaining -= here;
    return this.#remaining === 0 ? at + here : undefined;
  }

  /** Each chunk is a line with its size in hex, its bytes and a line end. Size 0 begins the trailer. */
  #skipChunks(bytes: Buffer, start: number): number | undefined {
    let at = start;
    while (at < bytes.length) {
      const here = Math.min(this.#remaining, bytes.length - at);
      this.#remaining -= here;
      at += here;
      if (at === bytes.length) return undefined;
      const end = bytes.indexOf('\n', at);
      this.#line += bytes.toString('latin1', at, end < 0 ? bytes.length : end);
      if (end < 0) return undefined;
      at = end + 1;
      const line = this.#line.trim();
      this.#line = '';
      if (this.#inTrailer && line === '') return at;
      if (!this.#inTrailer) this.#beginChunk(line);
    }
    return undefined;
  }

  #beginChunk(line: string): void {
    const size = Number.parseInt(line, 16);
    if (Number.isNaN(size)) throw new Error('a chunk without a size');
    this.#inTrailer = size === 0;
    this.#remaining = size === 0 ? 0 : size + 2;
  }
}
