import Link from 'next/link';
import type { ComponentProps } from 'react';
import { isPersonalPage } from '#lib/platform/http/personal-pages.ts';

/**
 * A link within the shop. One to a shopper's own page loads it as a new document: a document keeps
 * the content policy that it began with, and that of a catalogue page is too weak for a checkout.
 */
export function SiteLink({
  prefetch,
  href,
  ...props
}: ComponentProps<'a'> & { href: string; prefetch?: boolean }) {
  if (isPersonalPage(href)) return <a href={href} {...props} />;
  return <Link href={href} prefetch={prefetch} {...props} />;
}
