import './globals.css';
import type { Metadata, Viewport } from 'next';
import localFont from 'next/font/local';
import type { ReactNode } from 'react';
import { isTestMode } from '#app/card-entry.ts';
import { ForeignEditsGuard } from '#components/site/foreign-edits-guard.tsx';
import { TestModeNotice } from '#components/site/frame/test-mode-notice.tsx';
import { siteUrl } from '#lib/platform/env.ts';

// One variable font file, 30 kB, served by the shop itself. The fallback font has the same metrics, so
// the layout doesn't shift when the font loads.
const sans = localFont({
  src: '../node_modules/@fontsource-variable/instrument-sans/files/instrument-sans-latin-wght-normal.woff2',
  weight: '400 700',
  variable: '--font-instrument-sans',
});

const description =
  'A small shop for durable everyday things, made to be used daily and repaired when they wear.';

/**
 * The metadata of every page. A function, because the configuration is read when a page renders, not when
 * this file loads. Pages that the build renders contain the site URL of the build, so another URL needs
 * another build.
 */
export function siteMetadata(): Metadata {
  return {
    metadataBase: siteUrl(),
    title: { default: 'Once: things to buy once and keep', template: '%s · Once' },
    description,
    openGraph: { siteName: 'Once', type: 'website', locale: 'en_US' },
    formatDetection: { telephone: false },
  };
}

export const siteViewport: Viewport = {
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#faf8f3' },
    { media: '(prefers-color-scheme: dark)', color: '#161513' },
  ],
};

/** The document of a page, for the root layouts: everything but their header and footer. */
export function Document({
  header,
  footer,
  children,
}: {
  header: ReactNode;
  footer: ReactNode;
  children: ReactNode;
}) {
  return (
    <html lang="en" className={sans.variable}>
      <body className="flex min-h-dvh flex-col">
        <a
          href="#main"
          className="absolute top-2 left-2 z-10 -translate-y-20 rounded-md bg-accent px-4 py-3 font-semibold text-on-accent focus:translate-y-0"
        >
          Skip to content
        </a>
        <ForeignEditsGuard />
        {isTestMode() ? <TestModeNotice /> : null}
        {header}
        <main id="main" tabIndex={-1} className="flex-1 outline-none">
          {children}
        </main>
        {footer}
      </body>
    </html>
  );
}
