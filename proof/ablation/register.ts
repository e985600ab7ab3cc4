import { registerHooks } from 'node:module';
import { isReplaceable, replacementFile, replacements } from './replacements.ts';

/**
 * Makes a process of the shop one of the test build: `node --import ./proof/ablation/register.ts`
 * with the names of guards in `ABLATE`, separated by commas. Wherever one of their modules is
 * imported, its replacement is given instead; the replacement itself gets what it replaces. The shop's
 * sources know nothing of this.
 */

/** Submissions of one shopper in a minute: enough for every workload but the one that is about it. */
export const testQuota = 20;

process.env.RATE_LIMIT_SHOPPER_PER_MIN = String(testQuota);

const root = new URL('../..', import.meta.url);

/** The address of a module, and of its replacements, where several guards live in one module. */
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
    // Who is a replacement gets the next one, and the last of them the shop's own module.
    const url = chain[chain.indexOf(context.parentURL ?? '') + 1];
    return url === undefined ? resolved : { ...resolved, url };
  },
});
