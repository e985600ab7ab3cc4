import { z } from 'zod';

/**
 * What a browser's `<input type=email>` accepts, in the words of the standard:
 * https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address
 * Narrower rules refuse mailboxes that exist (`o&leary@example.com`, `ivan@xn--h1alffa9f.xn--p1ai`).
 */
const standard =
  /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;

/** The longest address that SMTP can carry (RFC 5321, erratum 1690). */
const maxLength = 254;

/**
 * An email address, trimmed. A domain in another script becomes its ASCII form, as browsers send it.
 * The part before the @ stays ASCII: few mail servers take anything else (SMTPUTF8).
 */
export const emailAddressSchema = z
  .string({ error: 'enter your email address' })
  .trim()
  .max(maxLength, `may have at most ${maxLength} characters`)
  .transform(withAsciiDomain)
  .pipe(
    z
      .string()
      .max(maxLength, `may have at most ${maxLength} characters`)
      .regex(standard, 'enter an email address like name@example.com'),
  );

/** Domains of Gmail, which delivers both to one inbox and ignores dots. */
const gmail = new Set(['gmail.com', 'googlemail.com']);

/**
 * The mailbox that emails to this address reach, to count by: letter case and a tag (`ada+1@…`) make
 * no other one, and neither do dots at Gmail. `mailbox_of` in the database says the same. Emails go to
 * what was typed.
 */
export function mailboxOf(address: string): string {
  const [name = '', domain = ''] = address.toLowerCase().split('@');
  const untagged = name.replace(/\+.*/, '');
  return gmail.has(domain) ? `${untagged.replaceAll('.', '')}@gmail.com` : `${untagged}@${domain}`;
}

function withAsciiDomain(address: string): string {
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1);
  if (at < 0 || /^[\0-\x7f]*$/.test(domain)) return address;
  // Signs that end a host in an address, and blanks that the parser drops, belong to no domain.
  if (/[\s/?#\\:@%]/u.test(domain) || !URL.canParse(`http://${domain}`)) return address;
  return `${address.slice(0, at)}@${new URL(`http://${domain}`).hostname}`;
}
