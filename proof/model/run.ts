import { parseArgs } from 'node:util';
import { ablations, without } from '#proof/model/ablations.ts';
import { type Counterexample, type Exploration, explore } from '#proof/model/explore.ts';
import { allShields, type Guard, guards, type Part, sentenceOf } from '#proof/model/guards.ts';
import { machineOf } from '#proof/model/machine.ts';
import { scenarios } from '#proof/model/scenarios.ts';
import { orUsage, usageOf } from '#scripts/advice.ts';
import { bold, dim, duration, green, red, say } from '#scripts/launch/progress.ts';

/**
 * `npm run model`: explores every scenario, with and without the shields, and shows the effect of
 * removing each guard. `npm run model -- --without uniqueCart,cartLock` tells the shortest story of
 * every scenario that breaks without these. Exits with 1 if a promise broke that should hold.
 */

type Name = keyof typeof scenarios;
const names = Object.keys(scenarios) as Name[];
const count = new Intl.NumberFormat('en').format;

function exploreWithout(name: Name, dropped: readonly Part[]): Exploration & { ms: number } {
  const began = performance.now();
  return { ...explore(machineOf(scenarios[name], dropped)), ms: performance.now() - began };
}

function tell({ promise, story }: Counterexample): void {
  for (const [index, line] of story.entries()) say(dim(`      ${String(index + 1).padStart(2)}. ${line}`));
  say(`      ${red('broken:')} ${promise}`);
}

/** Whether every promise is kept in all scenarios. */
function scenariosHold(dropped: readonly Part[]): boolean {
  let allHold = true;
  for (const name of names) {
    const { states, ends, depth, counterexample, ms } = exploreWithout(name, dropped);
    allHold &&= counterexample === undefined;
    const size = `${count(states).padStart(7)} states, ${String(ends).padStart(2)} ends, ${depth} deep`;
    say(`  ${counterexample ? red('✗') : green('✓')} ${name.padEnd(16)} ${size}  ${dim(duration(ms))}`);
    if (counterexample) tell(counterexample);
  }
  return allHold;
}

/** Whether the guard's removal has the expected effect. */
function showAblation(guard: Guard): boolean {
  const ablation = ablations[guard];
  const { scenario, behind = [] } = ablation;
  const alone = exploreWithout(scenario, without(ablation, guard)).counterexample;
  const found =
    behind.length > 0
      ? exploreWithout(scenario, without(ablation, guard, ...behind)).counterexample
      : undefined;
  const told = alone ?? found;
  say(`\n  ${bold(guard)}: ${sentenceOf(guard)}`);
  say(
    alone
      ? '    without it:'
      : `    without it alone every promise is kept. Without ${behind.join(', ')} as well:`,
  );
  if (told) tell(told);
  return told !== undefined && (alone === undefined) === behind.length > 0;
}

function main(): number {
  const { values } = orUsage(usageOf(import.meta.filename), () =>
    parseArgs({ options: { without: { type: 'string' } } }),
  );
  if (values.without) {
    const dropped = values.without.split(',').map((part) => part.trim()) as Part[];
    const unknown = dropped.find((part) => sentenceOf(part) === undefined);
    if (unknown) throw new Error(`There is no ${unknown}. There are ${Object.keys(guards).join(', ')}`);
    return scenariosHold([...allShields, ...dropped]) ? 0 : 1;
  }
  say(bold('Every interleaving, as built'));
  const built = scenariosHold([]);
  say(bold('\nWithout any shield: no Redis, no single flight'));
  const unshielded = scenariosHold(allShields);
  say(bold('\nWithout a guard: the shortest way to a broken promise'));
  const shown = (Object.keys(guards) as Guard[]).map(showAblation);
  const ok = built && unshielded && shown.every(Boolean);
  say(ok ? green('\nAs it should be.') : red('\nNot as it should be.'));
  return ok ? 0 : 1;
}

try {
  process.exitCode = main();
} catch (error) {
  say(red((error as Error).message));
  process.exitCode = 1;
}
