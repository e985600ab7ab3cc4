import { gunzipSync } from 'node:zlib';
import { beforeEach, expect, test, vi } from 'vitest';
import type { Handler } from '#host/pages/ask-next.ts';
import { fill, makeFrames } from '#host/pages/frames.ts';
import { internalKey } from '#lib/platform/http/internal-call.ts';

vi.stubEnv('DATABASE_URL', 'postgresql://127.0.0.1/none');
vi.stubEnv('ONCE_SECRET', 'a-secret-of-at-least-32-characters');
vi.stubEnv('LOG_LEVEL', 'silent');

let html: string;
let status: number;
let asked: { url: string | undefined; key: unknown }[];
const next: Handler = async (request, response) => {
  asked.push({ url: request.url, key: request.headers['x-once-frame'] });
  response.writeHead(status, { 'content-type': 'text/html' });
  response.end(html);
};

const page = (title: string) =>
  `<html><script src="/a.js"></script><script>one()</script><h1>${title}</h1><main><div data-page=""></div></main><script>two()</script></html>`;

beforeEach(() => {
  asked = [];
  status = 200;
  html = page('Shop');
});

test('the page around a shopper’s part is rendered once, for a process that shows the internal key', async () => {
  const frames = makeFrames(next);
  await Promise.all([frames.get('/cart'), frames.get('/cart')]);
  await frames.get('/cart');
  expect(asked).toEqual([{ url: '/cart', key: internalKey() }]);
});

test.each(['', 'Ada', 'Grüße, 你好 🧺'.repeat(5_000)])(
  'a filled page decodes to its parts and %.10s',
  async (content) => {
    const frame = await makeFrames(next).get('/cart');
    if (!frame) throw new Error('no frame');
    const whole = page('Shop').replace('<div data-page=""></div>', `<div data-page="">${content}</div>`);
    expect(fill(frame, content, false).toString()).toBe(whole);
    expect(gunzipSync(fill(frame, content, true)).toString()).toBe(whole);
  },
);

test('the content policy allows the inline scripts of the frame, and no other', async () => {
  const { policy = '' } = (await makeFrames(next).get('/cart')) ?? {};
  // printf 'one()' | openssl dgst -sha256 -binary | base64
  expect(policy).toContain(`script-src 'self' ${['one()', 'two()'].map(hashOf).join(' ')};`);
  expect(policy).not.toMatch(/script-src[^;]*unsafe-inline/);
});

const hashOf = (code: string) =>
  ({
    'one()': "'sha256-HR7iaask9daLMRRskMI++QeJtjWDOjyPA6lGzYGzKW4='",
    'two()': "'sha256-iMrPAWirDC2X0OhZzLsM2MRIWSmepJGI4r7D8ZlwBOw='",
  })[code];

test('after a change of the menu, requests get the old frame until the new one is there', async () => {
  const frames = makeFrames(next);
  await frames.get('/cart');
  html = page('New shop');
  frames.expire();
  const textOf = async () => (await frames.get('/cart'))?.head.plain.toString();
  expect(await textOf()).toContain('<h1>Shop</h1>');
  await expect.poll(textOf).toContain('<h1>New shop</h1>');
});

test('a frame that cannot be rendered leaves the old one, and is asked for again', async () => {
  const frames = makeFrames(next);
  status = 500;
  expect(await frames.get('/cart')).toBeUndefined();
  status = 200;
  frames.expire();
  await expect.poll(() => frames.get('/cart')).toBeDefined();
  status = 500;
  frames.expire();
  expect(await frames.get('/cart')).toBeDefined();
});

test('a page without a place for the shopper’s part is no frame', async () => {
  html = '<html></html>';
  expect(await makeFrames(next).get('/cart')).toBeUndefined();
});

test('a page with a script of its own has that one in place of all of Next’s, and its policy allows no inline script', async () => {
  html = `<html><head><link rel="stylesheet" href="/a.css"/><link rel="preload" as="script" fetchPriority="low" href="/b.js"/><link rel="preload" href="/f.woff2" as="font"/><script src="/a.js" async=""></script></head><body><div data-page=""></div><script>(self.__next_f=[]).push([0,"<p>"])</script></body></html>`;
  const frame = await makeFrames(next).get('/checkout', '/own.js');
  if (!frame) throw new Error('no frame');
  expect(fill(frame, 'Ada', false).toString()).toBe(
    '<html><head><link rel="stylesheet" href="/a.css"/><link rel="preload" href="/f.woff2" as="font"/><link rel="modulepreload" href="/own.js"/></head><body><div data-page="">Ada</div><script type="module" async="" src="/own.js"></script></body></html>',
  );
  expect(frame.policy).toContain("script-src 'self' ;");
});
