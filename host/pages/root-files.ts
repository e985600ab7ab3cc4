/**
 * The files at the root of the site: those of `public`, and the icons and the like of `app`. Next reads them from the
 * disk. Any other name that looks like a file is an unknown address, for which it renders a page.
 */
export const rootFiles: readonly string[] = [
  'home.svg',
  'share.png',
  'icon.svg',
  'apple-icon.png',
  'favicon.ico',
  'robots.txt',
];
