import Link from 'next/link';
import type { ComponentProps } from 'react';
import { isPersonalPage } from '#lib/platform/http/personal-pages.ts';

/**
 * A link within the shop. A link to a shopper's own page loads a new document. A document keeps the
 * content policy that it started with, and the policy of a catalogue page is too weak for a checkout.
 */
export function SiteLink({
  prefetch,
  href,
  ...props
}: ComponentProps<'a'> & { href: string; prefetch?: boolean }) {
  if (isPersonalPage(href)) return <a href={href} {...props} />;
  return <Link href={href} prefetch={prefetch} {...props} />;
}
