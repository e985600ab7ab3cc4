/**
 * Countries in which people write the family name first, also in Latin letters. The first word of such a name
 * is no first name.
 */
const familyNameFirst = new Set(['CN', 'HK', 'HU', 'JP', 'KH', 'KP', 'KR', 'MO', 'SG', 'TW', 'VN']);

/** Words before a name that are not part of it. */
const titles = new Set(
  'dr prof mr mrs ms miss mx sir dame lord lady herr frau mme mlle madame monsieur sr sra srta the'.split(
    ' ',
  ),
);

/** First words of family names, and of families and firms. */
const noFirstNames = new Set(
  'van von vom zu zur ten ter de da di do dos das del della der den du des la le les el al bin ibn mac family familie famille familia studio atelier hotel restaurant cafe'.split(
    ' ',
  ),
);

/** A word of a name: Latin letters, with apostrophes and hyphens inside, such as `Anne-Marie` or `O’Neil`. */
const word = /^\p{Script=Latin}[\p{Script=Latin}\p{M}]*(?:['’-][\p{Script=Latin}\p{M}]+)*$/u;
const capital = /^\p{Lu}/u;

/** Longer first words would break a heading, and are rarely first names. */
const maxLetters = 20;

/**
 * The first name of a recipient, to greet them with; undefined where it is not certain. A name of one word may
 * be a family name. In other scripts and some countries the family name comes first. A company, a couple or a
 * title has no first name. A wrong name is worse than none. Pure.
 */
export function firstNameOf({ name, country }: { name: string; country: string }): string | undefined {
  const words = name.normalize('NFC').trim().split(/\s+/);
  const [first = ''] = words;
  if (words.length < 2 || familyNameFirst.has(country)) return undefined;
  if (!words.every((one) => word.test(one) || isInitial(one))) return undefined;
  const isName =
    capital.test(first) &&
    !isInitial(first) &&
    first.length > 1 &&
    first.length <= maxLetters &&
    // Capitals mark a family name, in France and elsewhere.
    first !== first.toUpperCase() &&
    !titles.has(first.toLowerCase()) &&
    !noFirstNames.has(first.toLowerCase());
  return isName ? first : undefined;
}

/** `K.` in `Ursula K. Le Guin`. */
const isInitial = (one: string): boolean => /^\p{Lu}\.$/u.test(one);
