import type { Page } from '@playwright/test';

/** How a browser's translation treats a text node: it wraps it or replaces it. */
export type Translation = 'wraps' | 'replaces';

/**
 * Edits the page like a browser's translation: every text, now and in future, is put into a nested
 * <font>. The words stay the same, so that tests can read them.
 */
export async function translatePage(page: Page, how: Translation): Promise<void> {
  await page.evaluate((how) => {
    const isTranslated = (text: Text) => text.parentElement?.tagName === 'FONT';
    const translate = (text: Text) => {
      const parent = text.parentElement;
      if (!parent || isTranslated(text) || !text.data.trim()) return;
      if (['SCRIPT', 'STYLE', 'NOSCRIPT', 'OPTION', 'TITLE'].includes(parent.tagName)) return;
      const outer = document.createElement('font');
      const inner = outer.appendChild(document.createElement('font'));
      text.replaceWith(outer);
      inner.append(how === 'wraps' ? text : document.createTextNode(text.data));
    };
    const translateAll = (root: Node) => {
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
      const texts: Text[] = [];
      while (walker.nextNode()) texts.push(walker.currentNode as Text);
      if (root instanceof Text) texts.push(root);
      for (const text of texts) translate(text);
    };
    translateAll(document.body);
    new MutationObserver((records) => {
      for (const { addedNodes } of records) for (const node of addedNodes) translateAll(node);
    }).observe(document.body, { childList: true, subtree: true });
  }, how);
}
