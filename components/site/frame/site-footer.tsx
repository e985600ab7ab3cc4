import type { ReactNode } from 'react';
import { ContactLink } from '#components/site/contact-link.tsx';
import { deliveryWords } from '#components/site/delivery-words.ts';
import { Container } from '#components/ui/container.tsx';
import { PlateMark } from '#components/ui/plate-mark.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { DeliveryFacts } from '#lib/pricing/delivery-facts.ts';

interface SiteFooterProps {
  delivery: DeliveryFacts | undefined;
  /** The shop's email address for shoppers; undefined if it has none. */
  contact: string | undefined;
}

/** What shoppers want to know before they trust a shop: the promise, shipping, returns, orders. */
export function SiteFooter({ delivery, contact }: SiteFooterProps) {
  return (
    <footer className="mt-14 border-t border-line bg-well sm:mt-28">
      <Container className="grid grid-cols-2 gap-x-5 gap-y-6 py-8 max-sm:text-sm sm:gap-10 sm:py-16 lg:grid-cols-[1.4fr_1fr_1fr_1fr]">
        <div className="max-w-[26rem] max-lg:col-span-2">
          <PlateMark className="size-9 text-accent max-sm:hidden" />
          <p className="text-base font-semibold tracking-[-0.015em] sm:mt-4 sm:text-xl">
            One checkout makes one order.
          </p>
          <p className="mt-2 text-muted max-sm:hidden">
            Click twice, lose your signal, come back tomorrow: you have one order, you pay for it once, and
            you find it where you left it.
          </p>
        </div>
        <FooterColumn title="Delivery" className="max-lg:col-span-2">
          {delivery ? `${deliveryWords(delivery)} ` : null}
          What is in stock leaves the next working day.
        </FooterColumn>
        <FooterColumn title="Returns">
          Thirty days to change your mind, used or not.
          {contact ? ' Write to us with your order number and we send a label.' : null}
        </FooterColumn>
        <FooterColumn title={contact ? 'Orders and questions' : 'Orders'}>
          <TextLink href="/orders" className="inline-flex min-h-11 items-center">
            See what you have ordered
          </TextLink>
          {contact ? (
            <p className="[overflow-wrap:anywhere]">
              Write to us: <ContactLink address={contact} />
            </p>
          ) : null}
        </FooterColumn>
      </Container>
    </footer>
  );
}

function FooterColumn({
  title,
  className,
  children,
}: {
  title: string;
  className?: string;
  children: ReactNode;
}) {
  return (
    <div className={className}>
      <h2 className="text-base font-semibold">{title}</h2>
      <div className="mt-1 text-muted sm:mt-2">{children}</div>
    </div>
  );
}
