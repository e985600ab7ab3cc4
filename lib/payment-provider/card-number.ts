/** Card numbers have 12 to 19 digits (ISO/IEC 7812), and people write them with spaces or hyphens between. */
const shape = /^\d(?:[ -]*\d){11,18}$/;

/**
 * Whether a text is what a card number looks like: that many digits, the last of which is the check
 * digit of the others (Luhn). One in ten numbers of that length is taken for one.
 */
export function looksLikeCardNumber(text: string): boolean {
  const trimmed = text.trim();
  return shape.test(trimmed) && luhnSumOf(trimmed.replace(/\D/g, '')) % 10 === 0;
}

/** The sum of all digits, of which every second one from the right is doubled. */
function luhnSumOf(digits: string): number {
  return [...digits].reverse().reduce((sum, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return sum + (value > 9 ? value - 9 : value);
  }, 0);
}
