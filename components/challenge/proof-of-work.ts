/**
 * Finds the number that solves a proof of work: SHA-256 of "<id>~<number>" begins with `difficulty`
 * zero bits. Implemented here because the browser's own SHA-256 is asynchronous: the promise costs many
 * times more than the hash.
 */

/** The first 64 primes, the source of SHA-256's constants (FIPS 180-4). */
const primes = Array.from({ length: 312 }, (_, at) => at)
  .slice(2)
  .filter((candidate, _, all) => all.every((smaller) => smaller >= candidate || candidate % smaller !== 0));

const fraction = (value: number): number => ((value - Math.floor(value)) * 2 ** 32) | 0;

const roundConstants = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
const initialState = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));

const rotate = (word: number, bits: number): number => (word >>> bits) | (word << (32 - bits));

const schedule = new Int32Array(64);

/** Mixes one block of 64 bytes, the first 16 words of `schedule`, into the state. */
function compress(state: Int32Array): void {
  const words = schedule;
  for (let at = 16; at < 64; at += 1) {
    const early = words[at - 15] as number;
    const late = words[at - 2] as number;
    const fromEarly = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3);
    const fromLate = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10);
    words[at] = ((words[at - 16] as number) + fromEarly + (words[at - 7] as number) + fromLate) | 0;
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let at = 0; at < 64; at += 1) {
    const choice = (e & f) ^ (~e & g);
    const mixed = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const first = (h + mixed + choice + (roundConstants[at] as number) + (words[at] as number)) | 0;
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const second = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  const worked = [a, b, c, d, e, f, g, h];
  for (let at = 0; at < 8; at += 1) state[at] = ((state[at] as number) + (worked[at] as number)) | 0;
}

/** Returns the first 32 bits of the SHA-256 of an ASCII text. */
export function firstWordOf(text: string): number {
  const state = initialState.slice();
  const blocks = Math.ceil((text.length + 9) / 64);
  for (let block = 0; block < blocks; block += 1) {
    for (let word = 0; word < 16; word += 1) {
      let bytes = 0;
      for (let at = block * 64 + word * 4, end = at + 4; at < end; at += 1) {
        bytes = (bytes << 8) | (at < text.length ? text.charCodeAt(at) : at === text.length ? 0x80 : 0);
      }
      schedule[word] = bytes;
    }
    if (block === blocks - 1) schedule[15] = text.length * 8;
    compress(state);
  }
  return state[0] as number;
}

export interface Work {
  id: string;
  difficulty: number;
}

/** Tries `count` numbers, starting with `first`; undefined when none of them is a solution. */
export function tryNumbers({ id, difficulty }: Work, first: number, count: number): string | undefined {
  for (let number = first; number < first + count; number += 1) {
    const answer = `${id}~${number}`;
    if (Math.clz32(firstWordOf(answer)) >= difficulty) return answer;
  }
  return undefined;
}
