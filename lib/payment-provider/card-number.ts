/** Card numbers have 12 to 19 digits (ISO/IEC 7812). People type spaces or hyphens between them. */
const shape = /^\d(?:[ -]*\d){11,18}$/;

/**
 * Whether a text looks like a card number: 12 to 19 digits with a valid check digit (Luhn). One in ten
 * random numbers of that length passes.
 */
export function looksLikeCardNumber(text: string): boolean {
  const trimmed = text.trim();
  return shape.test(trimmed) && luhnSumOf(trimmed.replace(/\D/g, '')) % 10 === 0;
}

/** The Luhn sum: every second digit from the right is doubled. */
function luhnSumOf(digits: string): number {
  return [...digits].reverse().reduce((sum, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return sum + (value > 9 ? value - 9 : value);
  }, 0);
}
