/**
 * Keeps the page working while something else edits its text. A browser's translation puts a <font>
 * in the place of every text node, or around it. React goes on with the nodes that it made: it would
 * write a new price into a node that is no longer in the page, and fail where it removes one.
 *
 * So: a text node that React writes to goes back to its place, where it can be translated anew; and
 * where React removes a node or inserts before one that was moved, what stands in its place counts.
 */
export function endureForeignEdits(): () => void {
  const standIns = new WeakMap<Node, Element>();
  const observer = new MutationObserver((records) => {
    for (const record of records) {
      if (record.type === 'characterData') restore(record.target as Text);
      else for (const node of record.removedNodes) if (node instanceof Text) note(node, record);
    }
  });

  /** Remembers what took a text's place. */
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

  /** The child of `parent` that holds a node, or stands in for it. */
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
