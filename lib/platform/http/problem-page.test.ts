import { expect, test, vi } from 'vitest';

/** The error page of a shop with these variables. */
async function pageWith(contact: string): Promise<string> {
  vi.resetModules();
  vi.stubEnv('DATABASE_URL', 'postgresql://127.0.0.1/none');
  vi.stubEnv('ONCE_SECRET', 'a-secret-of-at-least-32-characters');
  vi.stubEnv('CONTACT_EMAIL', contact);
  const { AppError } = await import('#lib/platform/errors.ts');
  const { problemPage } = await import('#lib/platform/http/problem-page.ts');
  return problemPage(new AppError('not_found', { detail: 'None.' }), 'request-7');
}

test('an error page gives the address to write to, with the code to name', async () => {
  const page = await pageWith('help@shop.example');
  expect(page).toContain(
    '<a href="mailto:help@shop.example">help@shop.example</a> about this, name request-7.',
  );
});

test('an error page of a shop without an address does not ask shoppers to write, and keeps the code', async () => {
  const page = await pageWith('');
  expect(page).not.toMatch(/write|mailto/);
  expect(page).toContain('request-7');
});
