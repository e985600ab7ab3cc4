'use client';

import { type FormEvent, useId, useRef, useState } from 'react';
import { announceCartEdit } from '#components/cart/cart-events.ts';
import { type AddAnswer, additionNews } from '#components/cart/notices/addition-news.ts';
import { postCartForm } from '#components/cart/post-cart-form.ts';
import { LivePrice, useLiveVariants } from '#components/catalogue/product/live-variants.tsx';
import { VariantChoice } from '#components/catalogue/product/variant-choice.tsx';
import { CookieNotice, CookieProblem } from '#components/site/cookie-notice.tsx';
import { hasCartCookie } from '#components/site/cookies.ts';
import { Alert } from '#components/ui/alert.tsx';
import { Button, ButtonLink } from '#components/ui/form/button.tsx';
import { QuantityStepper } from '#components/ui/form/quantity-stepper.tsx';
import { TextLink } from '#components/ui/text-link.tsx';

/** The outcome of the last press of the button. */
type Result =
  | { kind: 'added'; sku: string; answer: AddAnswer }
  | { kind: 'problem'; problem: string }
  | { kind: 'no_cookie' };

// The request may have arrived and only its answer been lost. Adding is not idempotent, so it is not
// retried.
const lost: Result = {
  kind: 'problem',
  problem:
    'The connection was lost, so we cannot tell whether it was added. Look in your cart before you try again.',
};

interface AddToCartFormProps {
  title: string;
  /** In what the variants differ: "Colour". */
  option: string;
  /** The colours of variants, by SKU. */
  swatches: Record<string, string>;
  maxQuantity: number;
}

/**
 * Variant, quantity, button. Without JavaScript the browser posts the form, and the shopper continues
 * in the cart. With JavaScript the shopper stays here and sees the outcome.
 */
export function AddToCartForm({ title, option, swatches, maxQuantity }: AddToCartFormProps) {
  const { variants, look } = useLiveVariants();
  const [result, setResult] = useState<Result>();
  // The number of presses: the same outcome must be announced again.
  const [times, setTimes] = useState(0);
  const [adding, setAdding] = useState(false);
  const [quantity, setQuantity] = useState(1);
  const running = useRef(false);
  const problemId = useId();

  async function add(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (running.current) return;
    running.current = true;
    setAdding(true);
    const fields = Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>;
    const after = await send(fields);
    running.current = false;
    setAdding(false);
    setResult(after);
    setTimes((before) => before + 1);
    look();
  }

  const news = result?.kind === 'added' && !adding ? <AddedNews key={times} {...result} /> : null;
  const soldOut = !variants.some(({ available }) => available > 0);
  return (
    // On a phone the form has no box of its own, so that the bar below stays in view beside the picture, too.
    <form method="post" action="/cart/add" className="contents md:grid md:gap-5" onSubmit={add}>
      <CookieNotice />
      {soldOut ? <SoldOut gone={variants.length === 0} /> : null}
      {soldOut ? <div role="status">{news}</div> : null}
      {soldOut ? null : (
        <>
          <VariantChoice name={option} swatches={swatches} />
          <div className="contents md:grid md:grid-cols-[auto_1fr] md:gap-x-3 md:gap-y-5">
            <QuantityStepper
              name="quantity"
              of={title}
              value={quantity}
              max={maxQuantity}
              onChange={setQuantity}
              describedBy={result?.kind === 'problem' ? problemId : undefined}
              className="h-13! self-start"
            />
            <div className="sticky bottom-0 z-10 -mx-5 flex flex-wrap items-center gap-x-5 gap-y-3 border-t border-line bg-paper px-5 pt-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] sm:-mx-8 sm:px-8 md:contents">
              <div aria-hidden className="md:hidden">
                <LivePrice className="text-xl font-semibold" />
              </div>
              <Button size="lg" className="flex-1" aria-disabled={adding || undefined}>
                <span key={String(adding)}>{adding ? 'Adding…' : 'Add to cart'}</span>
              </Button>
              <div
                role="status"
                className="order-first basis-full empty:-mb-3 md:order-none md:col-span-2 md:empty:mb-0"
              >
                {news}
              </div>
            </div>
          </div>
        </>
      )}
      {result?.kind === 'problem' && !adding ? (
        <Alert key={times} id={problemId} tone="bad" role="alert" title={result.problem} />
      ) : null}
      {result?.kind === 'no_cookie' && !adding ? <CookieProblem key={times} /> : null}
    </form>
  );
}

async function send(fields: Record<string, string>): Promise<Result> {
  const answer = await postCartForm<AddAnswer>('/cart/add', fields);
  if (!answer) return lost;
  if ('problem' in answer) return { kind: 'problem', problem: answer.problem };
  // The browser rejected the cookie, so it will not find this cart again.
  if (!hasCartCookie()) return { kind: 'no_cookie' };
  announceCartEdit(answer.cart);
  return { kind: 'added', sku: fields.sku ?? '', answer };
}

/** Compares with the current stock: an addition is no longer good news once the item has sold out. */
function AddedNews({ sku, answer }: { sku: string; answer: AddAnswer }) {
  const variant = useLiveVariants().variants.find((one) => one.sku === sku);
  const { tone, title, text } = additionNews({ ...answer, available: variant?.available ?? 0 });
  return (
    <Alert tone={tone} title={title}>
      {text ? <p>{text}</p> : null}
      <div className="mt-2 flex flex-wrap items-center gap-x-5 gap-y-2">
        <ButtonLink href="/checkout">Check out</ButtonLink>
        <TextLink href="/cart" className="inline-flex min-h-11 items-center">
          View cart
        </TextLink>
      </div>
    </Alert>
  );
}

function SoldOut({ gone }: { gone: boolean }) {
  return <Alert tone="caution" title={gone ? 'No longer sold' : 'Sold out'} />;
}
