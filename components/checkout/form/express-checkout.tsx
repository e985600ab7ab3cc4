import type { ExpressMethod } from '#components/payment/card-entry.ts';

/**
 * The place for the wallets' buttons, above the form: they need none of its fields. Its height is reserved,
 * so that nothing moves when the provider has drawn them. Wallets need JavaScript.
 */
export function ExpressCheckout({ methods }: { methods: readonly ExpressMethod[] }) {
  if (methods.length === 0) return null;
  return (
    <section aria-labelledby="express-title" className="noscript:hidden">
      <h2 id="express-title" className="mb-4 text-xl">
        Express checkout
      </h2>
      <div className="grid gap-3 sm:grid-cols-2">
        {methods.map((method) => (
          <div key={method} data-express={method} className="min-h-13" />
        ))}
      </div>
      <p className="mt-6 flex items-center gap-4 text-muted before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
        or fill in the form
      </p>
    </section>
  );
}
