import { TextLink } from '#components/ui/text-link.tsx';

/**
 * Shows an email's text with its URLs as links. `origin` is the origin of the shop's own URLs.
 * On a phone the letters are small enough for the columns of an order's table, which must not wrap.
 */
export function MailText({ body, origin }: { body: string; origin: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a horizontally scrolling area must be reachable by keyboard
    <section tabIndex={0} aria-label="The email" className="overflow-x-auto rounded-md bg-well p-3 sm:p-4">
      <pre className="font-mono text-sm leading-6 max-sm:text-[0.6875rem] max-sm:leading-5 max-sm:whitespace-pre-wrap max-sm:break-words">
        {body.split(/(https?:\/\/\S+)/).map((part, index) =>
          index % 2 === 1 ? (
            <TextLink key={index} href={hrefOf(part, origin)}>
              {part}
            </TextLink>
          ) : (
            part
          ),
        )}
      </pre>
    </section>
  );
}

/** Makes the shop's own links relative, so that they lead to the shop in view under any host name. */
function hrefOf(address: string, origin: string): string {
  return address.startsWith(`${origin}/`) ? address.slice(origin.length) : address;
}
