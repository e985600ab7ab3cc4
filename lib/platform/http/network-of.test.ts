import { expect, test } from 'vitest';
import { networkOf, roughNetworkOf } from '#lib/platform/http/network-of.ts';

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:0::/56'],
  ['2001:0DB8:0001:0002::1', '2001:db8:1:0::/56'],
  ['2001:db8:1:ab02::1', '2001:db8:1:ab00::/56'],
  ['2001:db8:1:abff:3:4:5:6', '2001:db8:1:ab00::/56'],
  ['2001:db8::1', '2001:db8:0:0::/56'],
  ['2001:db8:1:2::', '2001:db8:1:0::/56'],
  ['::1', '0:0:0:0::/56'],
  ['::', '0:0:0:0::/56'],
  ['fe80::1%eth0', 'fe80:0:0:0::/56'],
  ['2001:db8::ffff:cb00:7107', '2001:db8:0:0::/56'],
  ['64:ff9b::203.0.113.7', '64:ff9b:0:0::/56'],
])('%s is counted as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test.each(['::ffff:203.0.113.7', '::FFFF:cb00:7107'])('%s is counted as its IPv4 address', (address) => {
  expect(networkOf(address)).toBe('203.0.113.7');
});

test.each([
  ['203.0.113.7', '203.0.113.0/24'],
  ['::ffff:203.0.113.7', '203.0.113.0/24'],
  // What broke: it was recorded as its /48, which can be one household.
  ['2001:db8:12:abcd:3:4:5:6', '2001:db8::/32'],
  ['::1', '0:0::/32'],
  ['unknown', undefined],
])('%s is recorded as %s', (address, network) => {
  expect(roughNetworkOf(address)).toBe(network);
});

test.each(['', 'unknown', '203.0.113.7:443', 'evil}{key', '1:2:3'])('"%s" is not an address', (text) => {
  expect(networkOf(text)).toBeUndefined();
});
