import { createHash } from 'node:crypto';

/**
 * The scripts of @upstash/ratelimit begin with a flag that only Upstash's servers know. It narrows a lock
 * there and has no other effect. Redis 7 refuses a script with an unknown flag. Redis 6 and the in-memory
 * Redis don't know the line at all.
 */
const upstashOnly = /^#!lua flags=allow-key-locking(?=\n)/;

/**
 * Rewrites commands for a Redis other than Upstash's. EVAL gets `prelude` and loses that line. EVALSHA gets
 * the hash of the rewritten script, which is learnt from the EVAL that a caller sends after its first
 * NOSCRIPT.
 */
export function makeScriptTranslator(prelude = ''): (command: string[]) => string[] {
  const hashes = new Map<string, string>();
  return (command) => {
    const [name = '', script = '', ...rest] = command;
    switch (name.toLowerCase()) {
      case 'eval': {
        // The prelude goes on the script's own first line, so that line numbers in errors stay right.
        const translated = prelude + script.replace(upstashOnly, '');
        if (translated !== script) hashes.set(sha1(script), sha1(translated));
        return [name, translated, ...rest];
      }
      case 'evalsha':
        return [name, hashes.get(script) ?? script, ...rest];
      default:
        return command;
    }
  };
}

const sha1 = (text: string) => createHash('sha1').update(text).digest('hex');
