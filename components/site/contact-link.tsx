import { TextLink } from '#components/ui/text-link.tsx';

const contactAttribute = 'data-contact';

/** The shop's email address, for shoppers who want to write to it. */
export function ContactLink({ address, className }: { address: string; className?: string }) {
  return (
    <TextLink href={`mailto:${address}`} translate="no" className={className} {...{ [contactAttribute]: '' }}>
      {address}
    </TextLink>
  );
}

/**
 * The address that this page's layout shows. An error page runs in the browser, which has no configuration.
 * Undefined if the layout shows none.
 */
export function shownContact(): string | undefined {
  return document.querySelector(`[${contactAttribute}]`)?.textContent ?? undefined;
}
