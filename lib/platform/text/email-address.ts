import { z } from 'zod';

/**
 * What a browser's `<input type=email>` accepts, according to the HTML standard:
 * https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address
 * Narrower rules refuse existing mailboxes (`o&leary@example.com`, `ivan@xn--h1alffa9f.xn--p1ai`).
 */
const standard =
  /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;

/** The longest address that SMTP can carry (RFC 5321, erratum 1690). */
const maxLength = 254;

/**
 * An email address, trimmed. A domain in another script becomes its ASCII form, as browsers send it. The
 * part before the @ must be ASCII, because few mail servers accept anything else (SMTPUTF8).
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

/** Gmail's domains. Both reach one inbox, and Gmail ignores dots. */
const gmail = new Set(['gmail.com', 'googlemail.com']);

/**
 * Normalises an address to its mailbox, for counting. Letter case and a tag (`ada+1@…`) don't change the
 * mailbox, nor do dots at Gmail. `mailbox_of` in the database has the same rule. Emails are sent to the
 * address as typed.
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
  // The URL parser would end the host at these characters, or drop blanks. No domain contains them.
  if (/[\s/?#\\:@%]/u.test(domain) || !URL.canParse(`http://${domain}`)) return address;
  return `${address.slice(0, at)}@${new URL(`http://${domain}`).hostname}`;
}
