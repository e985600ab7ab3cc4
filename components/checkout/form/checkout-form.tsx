'use client';

import { type ChangeEvent, type FormEvent, type ReactNode, useRef } from 'react';
import { ChallengeStatus } from '#components/challenge/challenge-status.tsx';
import { FoldedSummary, SideSummary } from '#components/checkout/checkout-summary.tsx';
import { AddressFields } from '#components/checkout/form/address-fields.tsx';
import {
  cardFieldName,
  countryFieldName,
  paymentMethodFieldName,
  shippingMethodFieldName,
} from '#components/checkout/form/checkout-fields.ts';
import { DeliveryMethods, PaymentMethods } from '#components/checkout/form/choices.tsx';
import { ContactFields } from '#components/checkout/form/delivery-fields.tsx';
import { ExpressCheckout } from '#components/checkout/form/express-checkout.tsx';
import { bodyOf, fieldErrorsOf } from '#components/checkout/form/form-data.ts';
import { ForCard, ForInvoice } from '#components/checkout/form/payment-words.tsx';
import { useLeftFields } from '#components/checkout/form/use-left-fields.ts';
import { OrderedMeanwhile } from '#components/checkout/notices/ordered-meanwhile.tsx';
import { ProblemSummary } from '#components/checkout/notices/problem-summary.tsx';
import { isLocked } from '#components/checkout/submission/submission-machine.ts';
import { SubmitArea } from '#components/checkout/submission/submit-area.tsx';
import { type CheckoutFormState, useCheckoutPage } from '#components/checkout/use-checkout-page.ts';
import type { OrderLine } from '#components/orders/order-lines.tsx';
import { CardBrands } from '#components/payment/card-brands.tsx';
import type { CardEntry } from '#components/payment/card-entry.ts';
import { CardFields } from '#components/payment/card-fields.tsx';
import { useCardToken } from '#components/payment/use-card-token.ts';
import { Button } from '#components/ui/form/button.tsx';
import { enterMovesOn } from '#components/ui/form/enter-moves-on.ts';
import { Amount } from '#components/ui/price.tsx';
import { shownTotal } from '#components/ui/shown-total.ts';
import { formatMoney } from '#lib/platform/money.ts';
import type { CheckoutQuote } from '#lib/pricing/schema.ts';
import type { Country } from '#lib/shipping/country-name.ts';

/** A page without JavaScript posts here to update its totals. */
const totalsAction = '/checkout/totals';

/** What the form shows. */
export interface CheckoutFormView extends CheckoutFormState {
  /** How the page accepts a card; undefined if it accepts none. */
  cardEntry: CardEntry | undefined;
  /** The countries that the shop ships to. */
  countries: readonly Country[];
}

/**
 * The checkout form. The browser can post it itself. Once JavaScript has loaded, it sends, tracks and
 * unlocks the form.
 */
export function CheckoutForm({
  cardEntry,
  countries,
  ...props
}: CheckoutFormView & {
  /** Reads the page's view again from the server. */
  refresh: () => void;
}) {
  const form = useRef<HTMLFormElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const problemBox = useRef<HTMLDivElement>(null);
  const page = useCheckoutPage(props, { form, button, problemBox });
  const card = useCardToken();
  const fields = useLeftFields();
  const { quote, quoteState, state, problem, runner } = page;
  const errors = { ...fields.errors, ...page.errors };
  const locked = isLocked(state) || card.waiting;
  const stale = quoteState === 'loading';
  const total = formatMoney(quote.totalMinor, quote.currency);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const { submitter } = event.nativeEvent as SubmitEvent;
    // With JavaScript the totals update automatically.
    if (submitter?.getAttribute('formaction') === totalsAction) return;
    // Reads the runner, not the rendered state, so that a second press in the same tick finds the lock.
    if (isLocked(runner.state()) || card.isAsking() || stale) return;
    const invalid = fieldErrorsOf(event.currentTarget);
    if (invalid.length > 0) return page.refuse({ code: 'invalid_request', detail: '', fields: invalid });
    const typed = new FormData(event.currentTarget, submitter);
    if (!page.isTotalSeen(total)) return;
    page.refuse(undefined);
    if (typed.get(paymentMethodFieldName) === 'card' && card.isNeeded()) void askAndSend(typed);
    else runner.submit(bodyOf(typed, quote));
  }

  /** Sends the form as it was when the button was pressed, at the total shown then. */
  async function askAndSend(typed: FormData) {
    const answer = await card.ask();
    if (answer && 'problem' in answer) {
      const fields = [{ path: cardFieldName, message: answer.problem }];
      return page.refuse({ code: 'invalid_request', detail: '', fields });
    }
    if (answer) typed.set(cardFieldName, answer.token);
    runner.submit(bodyOf(typed, quote));
  }

  function change(event: ChangeEvent<HTMLFormElement>) {
    const { name } = event.target as unknown as HTMLInputElement;
    page.noteEdit(name);
    fields.change(event);
    if (name === shippingMethodFieldName || name === countryFieldName) page.choose();
  }

  if (page.ordered) return <OrderedMeanwhile url={page.ordered.url} />;

  return (
    <div className="grid grid-cols-1 items-start gap-x-16 gap-y-8 lg:grid-cols-[minmax(0,1fr)_24rem]">
      <form
        ref={form}
        method="post"
        action="/api/orders"
        onSubmit={submit}
        onChange={change}
        onBlur={fields.leave}
        onKeyDown={enterMovesOn}
        className="group/checkout flex flex-col gap-8"
      >
        <HiddenInputs quote={quote} />
        {/* Without the script, Enter in a field presses a form's first button. It must not be the
            button that orders. This one updates the totals and keeps the typed text. */}
        <button
          type="submit"
          formAction={totalsAction}
          formNoValidate
          tabIndex={-1}
          aria-hidden="true"
          className="sr-only"
        />
        <FoldedSummary lines={props.lines} quote={quote} stale={stale} />
        {problem ? (
          <ProblemSummary ref={problemBox} problem={problem} titles={titlesOf(props.lines)} />
        ) : null}
        <ExpressCheckout methods={cardEntry?.express ?? []} />
        <div role="status" className="sr-only">
          {fields.news}
        </div>
        {/* The margin keeps a focused field above the bar with the button. */}
        <div
          inert={locked}
          className="grid gap-10 transition-opacity inert:opacity-60 max-lg:[&_:is(a,button,input,select)]:scroll-mb-28"
        >
          <Section title="Contact">
            <ContactFields values={props.values} errors={errors} />
          </Section>
          <Section title="Delivery address">
            <AddressFields
              values={props.values}
              errors={errors}
              countries={countries}
              country={props.choice.country}
            />
          </Section>
          <Section title="Delivery method">
            <DeliveryMethods
              quote={quote}
              chosen={props.choice.shippingMethod}
              error={errors[shippingMethodFieldName]}
            />
            <noscript>
              <p className="mt-4 mb-2 text-muted">
                The total follows the country and the delivery method that you choose.
              </p>
              <Button variant="secondary" formAction={totalsAction} formNoValidate>
                Update totals
              </Button>
            </noscript>
          </Section>
          <Section title="Payment">
            <PaymentMethods
              quote={quote}
              chosen={props.values[paymentMethodFieldName]}
              error={errors[paymentMethodFieldName]}
              brands={cardEntry ? <CardBrands entry={cardEntry} /> : undefined}
              card={
                cardEntry ? (
                  <CardFields
                    ref={card.element}
                    entry={cardEntry}
                    amount={{ amountMinor: quote.totalMinor, currency: quote.currency }}
                    name={cardFieldName}
                    chosen={props.values[cardFieldName]}
                    error={errors[cardFieldName]}
                    withoutScript="Choose the invoice, or switch JavaScript on and load this page again."
                  />
                ) : undefined
              }
            />
          </Section>
        </div>
        {/* On a phone the button with its price stays in view. It sticks within the form, so it is one of its
            children. */}
        <div
          data-submit-bar=""
          className="max-lg:sticky max-lg:bottom-0 max-lg:z-10 max-lg:-mx-5 max-lg:border-t max-lg:border-line max-lg:bg-paper max-lg:px-5 max-lg:pt-3 max-lg:pb-[max(0.75rem,env(safe-area-inset-bottom))] sm:max-lg:-mx-8 sm:max-lg:px-8"
        >
          <SubmitArea
            ref={button}
            state={state}
            busyLabel={busyLabelOf(stale, card.waiting)}
            onCheckAgain={() => runner.report({ type: 'check_again' })}
          >
            <ForInvoice>
              Place order · <Amount {...shownTotal}>{total}</Amount>
            </ForInvoice>
            <ForCard>
              Pay <Amount {...shownTotal}>{total}</Amount>
            </ForCard>
          </SubmitArea>
        </div>
        <div className="-mt-4 grid">
          <ChallengeStatus />
          {quoteState === 'failed' ? <QuoteFailed onRetry={page.choose} /> : null}
          <p className="mt-2 text-sm text-muted">
            <ForInvoice>Nothing is charged today: the invoice comes with the parcel.</ForInvoice>
            <ForCard>Your card is charged now, once.</ForCard> You can cancel until your order is on its way,
            and return it within thirty days.
          </p>
        </div>
      </form>
      <SideSummary lines={props.lines} quote={quote} stale={stale} />
    </div>
  );
}

function busyLabelOf(stale: boolean, askingForCard: boolean): string | undefined {
  if (askingForCard) return 'Checking your card';
  return stale ? 'Updating the total' : undefined;
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h2 className="mb-4 text-xl">{title}</h2>
      {children}
    </section>
  );
}

/**
 * Hidden inputs for a form that the browser posts itself. `autoComplete` stops the browser from
 * restoring values of an older page.
 */
function HiddenInputs({ quote }: { quote: CheckoutQuote }) {
  const { submitToken, cartId, cartVersion, totalMinor, currency } = quote;
  return Object.entries({ submitToken, cartId, cartVersion, totalMinor, currency }).map(([name, value]) => (
    <input key={name} type="hidden" name={name} value={value} autoComplete="off" />
  ));
}

function QuoteFailed({ onRetry }: { onRetry: () => void }) {
  return (
    <p role="status" className="text-muted">
      The total could not be updated just now. It is checked again when you place the order.{' '}
      <Button type="button" variant="quiet" size="inline" onClick={onRetry}>
        Update it now
      </Button>
    </p>
  );
}

const titlesOf = (lines: OrderLine[]) => Object.fromEntries(lines.map(({ sku, title }) => [sku, title]));
