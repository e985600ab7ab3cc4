import type { Violation } from '#proof/chaos/checker/evidence.ts';

/** Searches lines of logs for what shoppers typed and for what signs them in. Pure. */

/** What the shoppers of a run had, whose every occurrence in a log is wrong. */
export interface Secrets {
  /** Texts that shoppers typed or chose: emails, names, streets, towns, postal codes, cards. */
  typed: ReadonlySet<string>;
  /** Submit tokens. */
  tokens: ReadonlySet<string>;
}

export interface LogLine {
  file: string;
  text: string;
}

/** Personal data also of other shoppers: by its form. */
const forms: Record<string, RegExp> = {
  'an email address': /[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/i,
  'a session': /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[\w-]{20,}/i,
  'a phone number': /(?<![\w+])\+\d(?:[ ()-]{0,2}\d){7,14}(?!\d)/,
};

/** One violation for each kind of data in each file, with the first line that has it. */
export function findPersonal(lines: readonly LogLine[], secrets: Secrets): Violation[] {
  const typed = typedPattern(secrets.typed);
  const found = new Map<string, { file: string; what: string; line: string; count: number }>();
  for (const { file, text } of lines) {
    for (const what of kindsIn(text, typed, secrets.tokens)) {
      const key = `${file} ${what}`;
      const before = found.get(key);
      found.set(key, { file, what, line: before?.line ?? text, count: (before?.count ?? 0) + 1 });
    }
  }
  return [...found.values()].map(({ file, what, line, count }) => ({
    kind: 'personal_data_logged',
    detail: `${count} lines of ${file} hold ${what}: ${line.slice(0, longestShown)}`,
    calls: [],
  }));
}

const longestShown = 400;

function kindsIn(text: string, typed: RegExp | undefined, tokens: ReadonlySet<string>): string[] {
  const byForm = Object.entries(forms).flatMap(([what, form]) => (form.test(text) ? [what] : []));
  return [
    ...byForm,
    ...(typed?.test(text) ? ['what a shopper typed'] : []),
    ...(text.match(uuids)?.some((id) => tokens.has(id.toLowerCase())) ? ['a submit token'] : []),
    ...(hasCardNumber(text) ? ['a card number'] : []),
  ];
}

const uuids = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

/** As whole words: a postal code may be a part of a number. */
function typedPattern(typed: ReadonlySet<string>): RegExp | undefined {
  if (typed.size === 0) return undefined;
  const words = [...typed].map((text) => text.replaceAll(/[$()*+./?[\\\]^{|}]/g, String.raw`\$&`)).join('|');
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${words})(?![\\p{L}\\p{N}])`, 'iu');
}

/** Not of 13 or 14 digits, as times in milliseconds have. */
const longNumbers = /(?<![\w.+-])\d(?:[ -]?\d){14,18}(?![\w.-])/g;

const hasCardNumber = (text: string): boolean =>
  (text.match(longNumbers) ?? []).some((number) => isCardNumber(number.replaceAll(/[ -]/g, '')));

/** The check digit of payment cards (ISO/IEC 7812-1). */
function isCardNumber(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, place) => {
    const value = Number(digit) * (place % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}
