import type { Challenge } from '#lib/abuse/schema.ts';

/** The API of the Turnstile and hCaptcha scripts, which is the same for the parts used here. */
interface Service {
  render: (box: HTMLElement, options: Record<string, unknown>) => unknown;
}

const services = {
  turnstile: 'https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit',
  hcaptcha: 'https://js.hcaptcha.com/1/api.js?render=explicit',
};

/** Limits how long a service's script may load before the shopper is told to wait instead. */
const loadMs = 15_000;

/**
 * Renders the service's widget into a box. Calls `respond` once: with the widget's response, or with
 * undefined when it can't be shown. Returns a function that removes the widget.
 */
export function renderWidget(
  box: HTMLElement,
  { kind, siteKey }: Challenge,
  respond: (solution: string | undefined) => void,
): () => void {
  if (kind === 'proof_of_work') return () => undefined;
  // A new element each time: the service refuses to render twice into the same one.
  const place = box.appendChild(document.createElement('div'));
  const fail = () => respond(undefined);
  load(kind)
    .then((service) => {
      if (!place.isConnected) return;
      service.render(place, { sitekey: siteKey, callback: respond, 'error-callback': fail });
    })
    .catch(fail);
  return () => place.remove();
}

async function load(kind: keyof typeof services): Promise<Service> {
  const loaded = () => (globalThis as unknown as Partial<Record<string, Service>>)[kind];
  if (!loaded()) await addScript(services[kind]);
  const service = loaded();
  if (!service) throw new Error(`${kind} did not load`);
  return service;
}

function addScript(address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = address;
    script.onload = () => resolve();
    script.onerror = () => reject(new Error(`${address} did not load`));
    setTimeout(() => reject(new Error(`${address} took too long`)), loadMs);
    document.head.append(script);
  });
}
