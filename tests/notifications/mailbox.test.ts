import { expect, test } from 'vitest';
import MailboxPage from '#app/(shop)/mailbox/page.tsx';
import { openCatalogue } from '#tests/support/catalogue.ts';

await openCatalogue(0);

test('unless it is switched on, the local mailbox does not exist', async () => {
  await expect(MailboxPage()).rejects.toThrow('NEXT_HTTP_ERROR_FALLBACK;404');
});
