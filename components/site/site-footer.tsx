import type { ReactNode } from 'react';
import { deliveryWords } from '#components/site/delivery-words.ts';
import { Container } from '#components/ui/container.tsx';
import { PlateMark } from '#components/ui/plate-mark.tsx';
import type { DeliveryFacts } from '#lib/pricing/delivery-facts.ts';

/** What shoppers want to know before they trust a shop: the promise, shipping, returns, orders. */
export function SiteFooter({ delivery }: { delivery: DeliveryFacts | undefined }) {
  return (
    <footer className="mt-20 border-t border-line bg-well sm:mt-28">
      <Container className="grid gap-10 py-12 sm:py-16 lg:grid-cols-[1.4fr_1fr_1fr_1fr]">
        <div className="max-w-[26rem]">
          <PlateMark className="size-9 text-accent" />
          <p className="mt-4 text-xl font-semibold tracking-[-0.015em]">One checkout makes one order.</p>
          <p className="mt-2 text-muted">
            Click twice, lose your signal, come back tomorrow: you have one order, you pay for it once, and
            you find it where you left it.
          </p>
        </div>
        <FooterColumn title="Delivery">
          {delivery ? `${deliveryWords(delivery)} ` : null}
          What is in stock leaves the next working day.
        </FooterColumn>
        <FooterColumn title="Returns">
          Thirty days to change your mind, used or not. Write to us with your order number and we send a
          label.
        </FooterColumn>
        <FooterColumn title="Your orders">
          <a
            href="/orders"
            className="inline-flex min-h-11 items-center font-medium text-ink underline decoration-1 underline-offset-4 hover:text-accent hover:decoration-2"
          >
            See what you have ordered
          </a>
        </FooterColumn>
      </Container>
    </footer>
  );
}

function FooterColumn({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <h2 className="text-base font-semibold">{title}</h2>
      <div className="mt-2 text-muted">{children}</div>
    </div>
  );
}
