import { loadRevocations } from '#lib/platform/session/session-revocations.ts';
import { serveHandlers } from '#tests/support/shop/serve-handlers.ts';

/**
 * A shop in a process of its own, for tests that kill it. It prints its address and runs until it is killed.
 */
await loadRevocations();
const { url } = await serveHandlers();
process.stdout.write(`${url}\n`);
