import { Logo } from '#components/site/frame/logo.tsx';
import { Container } from '#components/ui/container.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { lock } from '#components/ui/icon-paths.ts';
import { TextLink } from '#components/ui/text-link.tsx';

/** The header of the checkout. It has no menu and no search: a shopper who pays needs neither. */
export function CheckoutHeader({ contact }: { contact: string | undefined }) {
  return (
    <header className="border-b border-line">
      <Container className="flex flex-wrap items-center gap-x-3 py-2">
        <Logo />
        <p className="inline-flex min-h-11 items-center gap-1.5 font-medium max-sm:text-sm sm:ml-auto">
          <Icon path={lock} className="size-4 shrink-0 text-good" />
          Secure checkout
        </p>
        {contact === undefined ? null : (
          <TextLink
            href={`mailto:${contact}`}
            className="inline-flex min-h-11 items-center max-sm:ml-auto sm:ml-4"
          >
            Help
          </TextLink>
        )}
      </Container>
    </header>
  );
}
