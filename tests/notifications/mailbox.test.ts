import { expect, test } from 'vitest';
import MailboxPage from '#app/mailbox/page.tsx';
import { openCatalogue } from '#tests/support/catalogue.ts';

await openCatalogue(0);

test('where nobody has asked for the local mailbox, there is none', async () => {
  await expect(MailboxPage()).rejects.toThrow('NEXT_HTTP_ERROR_FALLBACK;404');
});
