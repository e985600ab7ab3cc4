import { money } from '#proof/simulator/ledger/amounts.ts';
import { answerBank } from '#proof/simulator/ledger/intents.ts';
import type { Intent } from '#proof/simulator/ledger/model.ts';
import type { SimulatedProvider } from '#proof/simulator/simulated-provider.ts';
import { clientSecret } from './shapes.ts';

/**
 * The page of the shopper's bank (3-D Secure). It is plain HTML without a script and says that it is
 * simulated.
 */

export interface Page {
  status: number;
  html?: string;
  /** Redirect target, in place of a page. */
  location?: string;
}

/** GET: shows the question. */
export function showBank(simulator: SimulatedProvider, id: string): Page {
  const intent = simulator.intent(id);
  if (!intent) return notFound;
  return { status: 200, html: intent.status === 'requires_action' ? question(intent) : settled(intent) };
}

/** POST: takes the shopper's answer and redirects to the shop. A second answer changes nothing. */
export async function answerAtBank(
  simulator: SimulatedProvider,
  id: string,
  answer: string | null,
): Promise<Page> {
  const intent = simulator.intent(id);
  if (!intent) return notFound;
  if (answer !== 'confirm' && answer !== 'refuse') return { status: 400, html: question(intent) };
  if (intent.status === 'requires_action') {
    await simulator.commit(answerBank(intent, answer === 'confirm', simulator.now()));
  }
  const now = simulator.intent(id) ?? intent;
  const location = returnAddress(now);
  return location ? { status: 303, location } : { status: 200, html: settled(now) };
}

/** The shop's return address with the parameters that Stripe adds. */
function returnAddress(intent: Intent): string | undefined {
  if (!intent.returnUrl) return undefined;
  const url = new URL(intent.returnUrl);
  const paid = ['succeeded', 'requires_capture', 'processing'].includes(intent.status);
  url.searchParams.set('payment_intent', intent.id);
  url.searchParams.set('payment_intent_client_secret', clientSecret(intent));
  url.searchParams.set('redirect_status', paid ? 'succeeded' : 'failed');
  return url.href;
}

const notFound: Page = {
  status: 404,
  html: page('No such payment', '<p>The bank knows no such payment.</p>'),
};

function question(intent: Intent): string {
  return page(
    'Confirm your payment',
    `<dl><dt>Amount</dt><dd>${asText(money(intent.amount, intent.currency))}</dd><dt>To</dt><dd>${asText(shopOf(intent))}</dd></dl>
<form method="post">
<button name="answer" value="confirm">Confirm payment</button>
<button name="answer" value="refuse" class="second">Refuse</button>
</form>`,
  );
}

function settled(intent: Intent): string {
  const back = returnAddress(intent);
  const link = back ? `<p><a href="${asText(back)}">Back to the shop</a></p>` : '';
  return page(
    'Nothing to confirm',
    `<p>This payment of ${asText(money(intent.amount, intent.currency))} is settled.</p>${link}`,
  );
}

function shopOf({ returnUrl, description }: Intent): string {
  return description ?? (returnUrl ? new URL(returnUrl).host : 'the shop');
}

function asText(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Test bank</title>
<style>
body { margin: 0; padding: 2rem 1rem; font: 1rem/1.5 system-ui, sans-serif; color: #1c2430; background: #eef1f5; }
main { max-width: 26rem; margin: 0 auto; padding: 2rem; background: #fff; border: 1px solid #c9d1db; border-radius: .75rem; }
h1 { margin: 0 0 1rem; font-size: 1.375rem; }
.bank { margin: 0 0 1.5rem; font-weight: 600; }
.note { margin: 1.5rem 0 0; font-size: .875rem; color: #4b5768; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; margin: 0 0 1.5rem; }
dt { color: #4b5768; } dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
button { width: 100%; min-height: 2.75rem; margin: .25rem 0; font: inherit; font-weight: 600; color: #fff; background: #1f4e9e; border: 1px solid #1f4e9e; border-radius: .5rem; cursor: pointer; }
button.second { color: #1c2430; background: #fff; border-color: #77828f; }
:focus-visible { outline: 3px solid #e0930f; outline-offset: 2px; }
</style>
</head>
<body>
<main>
<p class="bank">Test bank</p>
<h1>${title}</h1>
${content}
<p class="note">This is a simulator. No bank is asked and no money moves.</p>
</main>
</body>
</html>
`;
}
