import { constants, crc32, deflateRawSync } from 'node:zlib';
import { holeAttribute } from '#components/page/page-parts.ts';
import { askNext, type Handler } from '#host/pages/ask-next.ts';
import { scriptHashes } from '#host/pages/script-hashes.ts';
import { env } from '#lib/platform/env.ts';
import { contentPolicy } from '#lib/platform/http/content-policy.ts';
import { frameHeader, internalKey } from '#lib/platform/http/internal-call.ts';
import { logger } from '#lib/platform/logger.ts';

/**
 * A page without its shopper's part, as Next renders it: everything before and after the hole. Both are
 * compressed once.
 */
export interface Frame {
  head: Part;
  tail: Part;
  /** The content policy, which allows the frame's inline scripts by their hashes. */
  policy: string;
  /** What the browser should load ahead, such as the font. */
  link: string | undefined;
}

interface Part {
  plain: Buffer;
  /** A piece of a raw deflate stream (RFC 1951) that ends at a byte. */
  deflated: Buffer;
}

/** The frames of pages by path. */
export interface Frames {
  /**
   * Undefined while Next cannot render it. With the address of the page's own script, the frame has that one
   * in place of Next's.
   */
  get(path: string, ownScript?: string): Promise<Frame | undefined>;
  /** Renders all frames again. */
  expire(): void;
}

interface Entry {
  /** The last one that was rendered. */
  frame?: Frame;
  rendering?: Promise<void> | undefined;
  /** From this time on (`performance.now()`) it is rendered again. */
  dueAt: number;
}

/** A frame shows the shop's menu and shipping prices, which change seldom and carry the catalogue's tag. */
const freshMs = 60_000;
/** After a failure. */
const retryMs = 1_000;
const renderTimeoutMs = 15_000;

export function makeFrames(handle: Handler): Frames {
  const entries = new Map<string, Entry>();

  async function render(path: string, ownScript: string | undefined, entry: Entry): Promise<void> {
    try {
      entry.frame = await askForFrame(handle, path, ownScript);
      entry.dueAt = performance.now() + freshMs;
    } catch (error) {
      logger().warn({ path, err: error }, 'the frame of a page could not be rendered');
      entry.dueAt = performance.now() + retryMs;
    }
    entry.rendering = undefined;
  }

  return {
    async get(path, ownScript) {
      const entry = entries.get(path) ?? { dueAt: 0 };
      entries.set(path, entry);
      if (performance.now() >= entry.dueAt) entry.rendering ??= render(path, ownScript, entry);
      // Requests get the old frame until the new one is there.
      if (!entry.frame) await entry.rendering;
      return entry.frame;
    },
    expire() {
      for (const entry of entries.values()) entry.dueAt = 0;
    },
  };
}

async function askForFrame(handle: Handler, path: string, ownScript: string | undefined): Promise<Frame> {
  const { status, headers, body } = await askNext(handle, {
    method: 'GET',
    url: path,
    headers: { [frameHeader]: internalKey() },
    timeoutMs: renderTimeoutMs,
  });
  if (status !== 200) throw new Error(`Next answered ${status} instead of the frame of ${path}`);
  const html = body.toString();
  return frameOf(ownScript ? withOwnScript(html, ownScript) : html, headers.link?.toString());
}

/** Scripts, and the tags that load them ahead. */
const scripts = /<script\b[^>]*>[\s\S]*?<\/script>|<link\b[^>]*\bas="script"[^>]*>/g;

/**
 * The page with this module in place of all scripts. It is loaded from the start, runs when the page is complete,
 * and does not delay `DOMContentLoaded`.
 */
function withOwnScript(html: string, address: string): string {
  return html
    .replace(scripts, '')
    .replace('</head>', `<link rel="modulepreload" href="${address}"/></head>`)
    .replace('</body>', `<script type="module" async="" src="${address}"></script></body>`);
}

const hole = `<div ${holeAttribute}="">`;

/** Splits a page at its hole. */
function frameOf(html: string, link: string | undefined): Frame {
  const at = html.indexOf(hole) + hole.length;
  if (at < hole.length) throw new Error('the frame has no hole');
  const policy = contentPolicy(scriptHashes(html), env());
  return { head: toPart(html.slice(0, at), false), tail: toPart(html.slice(at), true), policy, link };
}

function toPart(text: string, isLast: boolean): Part {
  const plain = Buffer.from(text);
  const finishFlush = isLast ? constants.Z_FINISH : constants.Z_FULL_FLUSH;
  return { plain, deflated: deflateRawSync(plain, { level: 9, finishFlush }) };
}

/** The gzip header (RFC 1952): deflate, no name, no time, unknown system. */
const gzipHeader = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

/** The page with this content in its hole. */
export function fill({ head, tail }: Frame, content: string, gzip: boolean): Buffer {
  const middle = Buffer.from(content);
  if (!gzip) return Buffer.concat([head.plain, middle, tail.plain]);
  const deflated = deflateRawSync(middle, { level: 3, finishFlush: constants.Z_FULL_FLUSH });
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(tail.plain, crc32(middle, crc32(head.plain))), 0);
  trailer.writeUInt32LE(head.plain.length + middle.length + tail.plain.length, 4);
  return Buffer.concat([gzipHeader, head.deflated, deflated, tail.deflated, trailer]);
}
