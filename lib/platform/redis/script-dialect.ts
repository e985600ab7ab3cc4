import { createHash } from 'node:crypto';

/**
 * The scripts of @upstash/ratelimit open with a flag that only Upstash's servers know (there it
 * narrows a lock; leaving it out changes nothing else). Redis 7 refuses a script for a flag that
 * it doesn't know, and Redis 6 and the in-memory one don't know the line at all.
 */
const upstashOnly = /^#!lua flags=allow-key-locking(?=\n)/;

/**
 * Rewrites commands for a Redis that isn't Upstash's: EVAL without that line and with `prelude`
 * before it, and EVALSHA under the hash that this Redis then knows the script by. The hash is
 * learnt from the EVAL that a caller sends after its first NOSCRIPT.
 */
export function makeScriptTranslator(prelude = ''): (command: string[]) => string[] {
  const hashes = new Map<string, string>();
  return (command) => {
    const [name = '', script = '', ...rest] = command;
    switch (name.toLowerCase()) {
      case 'eval': {
        // On the script's own first line, so that errors name the line that its author sees.
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
