import { expect, test } from 'vitest';
import { isExposed, isLoopbackName } from '#lib/platform/exposure.ts';

const laptop = {
  LOCAL_SHOP: true,
  HOST: '127.0.0.1',
  PUBLIC_URL: undefined,
  ALLOWED_HOSTS: [],
  TRUSTED_PROXIES: [],
  VERCEL: false,
};

test('a shop is local only when npm start says so and nothing contradicts it', () => {
  expect(isExposed(laptop)).toBe(false);
  expect(isExposed({ ...laptop, HOST: 'localhost' })).toBe(false);
  expect(isExposed({ ...laptop, PUBLIC_URL: 'http://localhost:8080' })).toBe(false);
  expect(isExposed({ ...laptop, ALLOWED_HOSTS: ['shop.localhost', '[::1]'] })).toBe(false);
  // The reverse proxy of npm start, which runs on the same machine as the shop.
  expect(isExposed({ ...laptop, TRUSTED_PROXIES: ['127.0.0.1', '127.0.0.0/8', '::1'] })).toBe(false);
  for (const change of [
    { LOCAL_SHOP: false },
    { HOST: '0.0.0.0' },
    { HOST: '::' },
    { HOST: '192.168.1.5' },
    { PUBLIC_URL: 'https://shop.example' },
    { PUBLIC_URL: 'http://127.0.0.1.evil.example' },
    { ALLOWED_HOSTS: ['localhost', 'shop.example'] },
    { ALLOWED_HOSTS: ['192.168.1.5'] },
    { TRUSTED_PROXIES: ['127.0.0.1', '10.0.0.0/8'] },
    { VERCEL: true },
  ]) {
    expect(isExposed({ ...laptop, ...change }), JSON.stringify(change)).toBe(true);
  }
});

test('loopback names are recognised in every spelling, and names that only look like them are not', () => {
  for (const name of [
    '127.0.0.1',
    '127.8.9.1',
    '::1',
    '[::1]',
    'LOCALHOST',
    'a.localhost',
    '::ffff:127.0.0.1',
  ])
    expect(isLoopbackName(name), name).toBe(true);
  for (const name of ['0.0.0.0', '::', '128.0.0.1', 'localhost.evil.example', '127.0.0.1.nip.io', ''])
    expect(isLoopbackName(name), name).toBe(false);
});
