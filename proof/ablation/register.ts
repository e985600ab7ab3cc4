import { registerHooks } from 'node:module';
import { isReplaceable, replacementFile, replacements } from './replacements.ts';

/**
 * Turns a process of the shop into one of the test build: `node --import ./proof/ablation/register.ts`
 * with the names of guards in `ABLATE`, separated by commas. Every import of one of their modules gets
 * its replacement instead. The replacement itself gets the module that it replaces. The shop's sources
 * don't know about this.
 */

/** Submissions of one shopper per minute: enough for every workload except the one about the limit. */
export const testQuota = 20;

process.env.RATE_LIMIT_SHOPPER_PER_MIN = String(testQuota);

const root = new URL('../..', import.meta.url);

/** The URL of a module with its replacements, for modules that contain several guards. */
const chains = new Map<string, string[]>();

for (const name of (process.env.ABLATE ?? '').split(',').filter(Boolean)) {
  if (!isReplaceable(name)) throw new Error(`ABLATE: there is nothing to replace that is called ${name}`);
  const original = new URL(replacements[name].of, root).href;
  const replacement = new URL(replacementFile(name), import.meta.url).href;
  chains.set(original, [...(chains.get(original) ?? []), replacement]);
}

registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    const chain = chains.get(resolved.url) ?? [];
    // A replacement gets the next one, and the last of them gets the shop's own module.
    const url = chain[chain.indexOf(context.parentURL ?? '') + 1];
    return url === undefined ? resolved : { ...resolved, url };
  },
});
