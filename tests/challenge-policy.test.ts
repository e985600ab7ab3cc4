import { NextRequest } from 'next/server';
import { afterEach, expect, test, vi } from 'vitest';
import { proxy } from '../proxy.ts';

afterEach(() => vi.unstubAllEnvs());

function policyOf(kind: string): Record<string, string> {
  vi.stubEnv('CHALLENGE_KIND', kind);
  const response = proxy(new NextRequest('http://shop.test/checkout'));
  const directives = (response.headers.get('content-security-policy') ?? '').split('; ');
  return Object.fromEntries(directives.map((directive) => directive.split(/ (.*)/).slice(0, 2)));
}

test.each([
  ['turnstile', 'https://challenges.cloudflare.com'],
  ['hcaptcha', 'https://*.hcaptcha.com'],
])('the checkout lets in what %s loads, and its frame', (kind, source) => {
  const policy = policyOf(kind);
  for (const directive of ['script-src', 'frame-src', 'connect-src', 'style-src']) {
    expect(policy[directive]).toContain(source);
  }
});

test('a proof of work needs no other site', () => {
  const policy = Object.values(policyOf('proof_of_work')).join(' ');
  expect(policy).not.toMatch(/https:/);
});
