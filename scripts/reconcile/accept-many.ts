import { type Discrepancy, discrepancyKinds } from '#lib/reconciliation/discrepancy.ts';
import { acceptAll, type By } from '#lib/reconciliation/record.ts';
import { repairOf } from '#lib/reconciliation/repair.ts';
import { maxAccepted, nameOf, readSelected, type Selection } from '#lib/reconciliation/select-open.ts';
import { Advice } from '../advice.ts';

/**
 * `accept <kind>`: lists what would be accepted, with a code for exactly this list. With that code it accepts them. So a
 * person never accepts what was found, or has changed, since they looked.
 */
export async function acceptMany(
  selection: Selection,
  by: By,
  code: string | undefined,
): Promise<{ text: string; isDone: boolean }> {
  if (!by.note) throw new Advice('Say why: --note "…" is needed. Nothing was changed.');
  const { kind } = selection;
  const { selected, count } = await readSelected(selection);
  if (count === 0) {
    return { text: `No discrepancy of the kind ${kind} is open there. Nothing was changed.`, isDone: true };
  }
  if (code === undefined) return { text: listOf(selected, count, by), isDone: false };
  if (code !== nameOf(selected)) {
    throw new Advice(
      `What is open now is not the list with the code ${code}. Nothing was changed. The same command without --yes lists it again.`,
    );
  }
  await acceptAll(selected, by);
  const left = count - selected.length;
  const more = left > 0 ? ` ${left} more are open: the same command without --yes lists them.` : '';
  return {
    text: `Accepted ${selected.length} discrepancies of the kind ${kind}. Each opens again if one side changes.${more}`,
    isDone: left === 0,
  };
}

function listOf(selected: readonly Discrepancy[], count: number, { actor, note }: By): string {
  const [first] = selected as [Discrepancy];
  const { kind } = first;
  const repair = repairOf(kind);
  return [
    `${count} open of the kind ${kind}: ${discrepancyKinds[kind]}.`,
    ...(count > selected.length ? [`The oldest ${maxAccepted} of them:`] : []),
    ...selected.map(line),
    '',
    ...(repair ? [`Each of them can be repaired instead: "repair <id>" ${repair.does}.`] : []),
    `Nothing was changed. The same command with  --yes ${nameOf(selected)}  accepts these ${selected.length}, by ${actor.name}, because: ${note}`,
  ].join('\n');
}

/** What one side says may be long. `show <id>` prints all of it. */
const maxSaid = 160;

function line({ id, subject, firstSeenAt, ours, theirs }: Discrepancy): string {
  const said = JSON.stringify(ours ?? theirs) ?? '';
  const short = said.length > maxSaid ? `${said.slice(0, maxSaid)}…` : said;
  return `  ${id}  ${firstSeenAt.toISOString()}  ${subject}  ${short}`;
}
