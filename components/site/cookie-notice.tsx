'use client';

import { useSyncExternalStore } from 'react';
import { keepsCookies } from '#components/site/cookies.ts';
import { Alert } from '#components/ui/alert.tsx';

const cookieTitle = 'Your browser blocks the cookie that the shop needs for your cart';
const cookieText = 'Allow cookies for this site, then load the page again.';

const nothingToWatch = () => () => {};

/** Warns before anything is put into the cart, if the browser keeps no cookies. */
export function CookieNotice({ className }: { className?: string }) {
  const kept = useSyncExternalStore(nothingToWatch, keepsCookies, () => true);
  return kept ? null : <CookieProblem className={className} />;
}

/** The same warning after a form whose cookie the browser did not keep. */
export function CookieProblem({ className }: { className?: string | undefined }) {
  return (
    <Alert tone="bad" role="alert" title={cookieTitle} className={className}>
      <p>Without it, the shop can’t keep what you add. {cookieText}</p>
    </Alert>
  );
}
