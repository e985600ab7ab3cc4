import { NextRequest } from 'next/server';
import { afterEach, expect, test, vi } from 'vitest';
import { proxy } from '../../proxy.ts';

afterEach(() => vi.unstubAllEnvs());

async function policyOf(kind: string): Promise<Record<string, string>> {
  vi.stubEnv('CHALLENGE_KIND', kind);
  const response = await proxy(new NextRequest('http://shop.test/checkout'));
  const directives = (response.headers.get('content-security-policy') ?? '').split('; ');
  return Object.fromEntries(directives.map((directive) => directive.split(/ (.*)/).slice(0, 2)));
}

test.each([
  ['turnstile', 'https://challenges.cloudflare.com'],
  ['hcaptcha', 'https://*.hcaptcha.com'],
])('the checkout’s policy allows what %s loads, and its frame', async (kind, source) => {
  const policy = await policyOf(kind);
  for (const directive of ['script-src', 'frame-src', 'connect-src', 'style-src']) {
    expect(policy[directive]).toContain(source);
  }
});

test('a proof of work needs no other site', async () => {
  const policy = Object.values(await policyOf('proof_of_work')).join(' ');
  expect(policy).not.toMatch(/https:/);
});
