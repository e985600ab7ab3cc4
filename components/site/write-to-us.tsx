'use client';

import { useSyncExternalStore } from 'react';
import { ContactLink, shownContact } from '#components/site/contact-link.tsx';

const nothingToWatch = () => () => {};

/** Where to write about a page that failed: the address that the layout shows, if there is one. */
export function WriteToUs({ code }: { code?: string | undefined }) {
  const contact = useSyncExternalStore(nothingToWatch, shownContact, () => undefined);
  return <HowToReachUs contact={contact} code={code} />;
}

/** The shop's email address, and the code that finds the error in the log. */
export function HowToReachUs({ contact, code }: { contact?: string | undefined; code?: string | undefined }) {
  if (!contact) return code ? <p className="mt-3 text-sm">Code of this error: {code}</p> : null;
  return (
    <p className="mt-3 text-sm">
      If it happens again, write to <ContactLink address={contact} />
      {code ? ` and quote this code: ${code}` : '.'}
    </p>
  );
}
