import type { Shopper } from '#proof/harness/shopper/shopper.ts';

interface Live {
  payments: { attempt: number; status: string; actionUrl?: string }[];
}

/** Finds the bank page's address in the order, as the shopper sees it. */
async function bankPageOf(shopper: Shopper, statusUrl: string): Promise<string> {
  const live = (await (await shopper.request(statusUrl)).json()) as Live;
  const { actionUrl } = live.payments.at(-1) ?? {};
  if (!actionUrl) throw new Error('the bank asks for nothing');
  return actionUrl;
}

/** Answers the bank's page as its buttons do. Returns the address to which the bank redirects the shopper. */
export async function answerBank(
  shopper: Shopper,
  statusUrl: string,
  answer: 'confirm' | 'refuse',
): Promise<string> {
  const response = await fetch(await bankPageOf(shopper, statusUrl), {
    method: 'POST',
    body: new URLSearchParams({ answer }),
    redirect: 'manual',
  });
  const location = response.headers.get('location');
  if (!location) throw new Error(`the bank answered ${response.status}`);
  const { pathname, search } = new URL(location);
  return pathname + search;
}
