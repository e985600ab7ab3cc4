/**
 * Keeps the page working while other software edits its text. A browser's translation puts a <font> in
 * place of every text node, or around it. React keeps using its original nodes. It would write a new
 * price into a node that is no longer in the page, and fail when it removes one.
 *
 * So a text node that React writes to returns to its place, where it can be translated again. When
 * React removes a moved node or inserts before one, the call applies to the node in its place.
 */
export function endureForeignEdits(): () => void {
  const standIns = new WeakMap<Node, Element>();
  const observer = new MutationObserver((records) => {
    for (const record of records) {
      if (record.type === 'characterData') restore(record.target as Text);
      else for (const node of record.removedNodes) if (node instanceof Text) note(node, record);
    }
  });

  /** Records the node that replaced a text. */
  function note(text: Text, { addedNodes, previousSibling, nextSibling }: MutationRecord): void {
    const standIn = [...addedNodes, previousSibling, nextSibling].find(isFont);
    if (!standIn || text.isConnected) return;
    standIns.set(text, standIn);
    observer.observe(text, { characterData: true });
  }

  function restore(text: Text): void {
    const standIn = standIns.get(text);
    if (text.isConnected || !standIn?.isConnected) return;
    standIn.replaceWith(text);
    standIns.delete(text);
  }

  /** Returns the child of `parent` that contains a node or its replacement. */
  function placeOf(node: Node, parent: Node): Node | undefined {
    let place: Node | null = node.isConnected ? node : (standIns.get(node) ?? null);
    while (place && place.parentNode !== parent) place = place.parentNode;
    return place ?? undefined;
  }

  const { removeChild, insertBefore } = Node.prototype;
  Node.prototype.removeChild = function <T extends Node>(this: Node, child: T): T {
    const place = child.parentNode === this ? child : placeOf(child, this);
    removeChild.call(this, place ?? child);
    return child;
  };
  Node.prototype.insertBefore = function <T extends Node>(this: Node, node: T, before: Node | null): T {
    const place = before && before.parentNode !== this ? placeOf(before, this) : before;
    return insertBefore.call(this, node, place ?? before) as T;
  };

  observer.observe(document.body, { childList: true, subtree: true });
  return () => {
    observer.disconnect();
    Object.assign(Node.prototype, { removeChild, insertBefore });
  };
}

const isFont = (node: Node | null): node is Element => node instanceof Element && node.tagName === 'FONT';
