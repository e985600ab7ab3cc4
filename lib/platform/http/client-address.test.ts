import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { clientAddress, setOwnHeader } from '#lib/platform/http/client-address.ts';

function from(remoteAddress: string, forwarded?: string): IncomingMessage {
  return {
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
    socket: { remoteAddress },
  } as unknown as IncomingMessage;
}

test('without a trusted proxy, only the socket decides the address of a client', () => {
  expect(clientAddress(from('203.0.113.9', '198.51.100.1'), [])).toBe('203.0.113.9');
  expect(clientAddress(from('::ffff:203.0.113.9'), [])).toBe('203.0.113.9');
});

test('behind trusted proxies, the client is the last hop other than a trusted proxy', () => {
  const trusted = ['127.0.0.1', '10.0.0.0/8', 'fd00::/8'];
  expect(clientAddress(from('127.0.0.1', '198.51.100.1'), trusted)).toBe('198.51.100.1');
  expect(clientAddress(from('127.0.0.1', '198.51.100.1, 10.1.2.3, fd00::7'), trusted)).toBe('198.51.100.1');
  // A client's own entry comes before the address that the first proxy saw.
  expect(clientAddress(from('127.0.0.1', '6.6.6.6, 198.51.100.1, 10.1.2.3'), trusted)).toBe('198.51.100.1');
  expect(clientAddress(from('203.0.113.9', '198.51.100.1'), trusted)).toBe('203.0.113.9');
});

// What broke: an address with a port was not recognised, so network limits did not count it and proxies
// were not trusted.
test('a port in a hop does not change its address', () => {
  const trusted = ['127.0.0.1', '10.0.0.0/8', 'fd00::/8'];
  for (const [hops, client] of [
    ['198.51.100.1:61234', '198.51.100.1'],
    ['[2001:db8::1]:61234', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[::ffff:198.51.100.1]:61234', '198.51.100.1'],
    ['2001:db8::1:61234', '2001:db8::1:61234'],
    ['6.6.6.6, 198.51.100.1:61234, 10.1.2.3:443, [fd00::7]:443', '198.51.100.1'],
  ])
    expect(clientAddress(from('127.0.0.1', hops), trusted), hops).toBe(client);
});

test('an invalid hop is never trusted', () => {
  expect(clientAddress(from('127.0.0.1', 'nonsense'), ['127.0.0.1'])).toBe('nonsense');
  expect(clientAddress(from('127.0.0.1', ' , ,'), ['127.0.0.1'])).toBe('127.0.0.1');
});

test('a header set by the host replaces all headers of that name from the client', () => {
  const request = {
    headers: { 'x-own': '6.6.6.6' },
    rawHeaders: ['X-Own', '6.6.6.6', 'host', 'shop.test', 'x-OWN', '7.7.7.7'],
  } as unknown as IncomingMessage;
  setOwnHeader(request, 'x-own', '203.0.113.9');
  expect(request.rawHeaders).toEqual(['host', 'shop.test', 'x-own', '203.0.113.9']);
  expect(request.headers['x-own']).toBe('203.0.113.9');
});
