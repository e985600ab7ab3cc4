/** Whether a page is rendered for one shopper and therefore has the strict content policy of proxy.ts. */
export function isPersonalPage(path: string): boolean {
  return /^\/(?:cart|checkout|orders|mailbox)(?:[/?#]|$)/.test(path);
}
