/** Whether a page is rendered for one shopper, so that the scripts in it may have a nonce (proxy.ts). */
export function isPersonalPage(path: string): boolean {
  return /^\/(?:cart|checkout|orders|mailbox)(?:[/?#]|$)/.test(path);
}
