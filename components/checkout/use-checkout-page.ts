'use client';

import { type RefObject, useEffect, useEffectEvent, useRef, useState } from 'react';
import { fetchCartState } from '#components/cart/fetch-cart-state.ts';
import {
  checkoutAddress,
  countryFieldName,
  shippingMethodFieldName,
} from '#components/checkout/form/checkout-fields.ts';
import { fillIn, sentenceOf, typedIn } from '#components/checkout/form/form-data.ts';
import {
  rememberedSubmission,
  rememberedTyped,
  rememberTyped,
} from '#components/checkout/submission/pending-submission.ts';
import { askSubmission } from '#components/checkout/submission/submission-client.ts';
import { isLocked, type Problem } from '#components/checkout/submission/submission-machine.ts';
import { useSubmission } from '#components/checkout/submission/use-submission.ts';
import { type Selection, sameChoice, useQuote } from '#components/checkout/use-quote.ts';
import type { OrderLine } from '#components/orders/order-lines.tsx';
import { totalsShown } from '#components/ui/shown-total.ts';
import type { CheckoutQuote } from '#lib/pricing/schema.ts';

export const notRecorded: Problem = {
  code: 'not_recorded',
  detail:
    'This page was loaded again before your order had reached us. Please check your details and place it again; it cannot be placed twice.',
};

export interface CheckoutFormState {
  quote: CheckoutQuote;
  /** The shipping method and country of the quote. */
  choice: Selection;
  lines: OrderLine[];
  /** The previously typed values, by field name. */
  values: Record<string, string>;
  /** Why a submission without JavaScript was refused. */
  problem?: Problem | undefined;
}

interface Parts {
  form: RefObject<HTMLFormElement | null>;
  button: RefObject<HTMLButtonElement | null>;
  problemBox: RefObject<HTMLDivElement | null>;
}

/** The checkout page's state and behaviour, apart from rendering. */
export function useCheckoutPage(
  props: CheckoutFormState & { refresh: () => void },
  { form, button, problemBox }: Parts,
) {
  const { refresh } = props;
  const { runner, state } = useSubmission();
  const { quote, choice, state: quoteState, adopt, requote } = useQuote(props.quote, props.choice);
  const [refusal, refuse] = useState<Problem | undefined>(props.problem);
  const [edits, setEdits] = useState<{ of?: Problem; names: string[] }>({ names: [] });
  const [ordered, setOrdered] = useState<{ url: string }>();

  const problem = state.phase === 'ready' ? (refusal ?? state.problem) : undefined;
  const edited = edits.of === problem ? edits.names : [];
  const errors = errorsOf(problem, edited);

  /** Checks whether this page's cart was ordered or edited elsewhere. */
  const catchUp = useEffectEvent(async () => {
    const current = runner.state();
    if (current.phase === 'placed') return setOrdered({ url: current.url });
    const cart = isLocked(current) ? undefined : await fetchCartState();
    if (cart === undefined) return;
    if (cart?.id === quote.cartId) {
      if (cart.version !== quote.cartVersion) refresh();
      return;
    }
    // Another cart: this one has become an order, or the browser has become another shopper. Only the
    // order itself tells which. Without it, the page reads the view of the current shopper.
    const answer = await askSubmission(quote.submitToken);
    if (answer.kind === 'done') setOrdered({ url: answer.url });
    else refresh();
  });

  async function choose() {
    if (!form.current) return;
    const chosen = choiceIn(form.current);
    window.history.replaceState(null, '', checkoutAddress(chosen));
    const answer = await requote(chosen);
    if (answer?.kind === 'empty') catchUp();
    // The cart was changed elsewhere, or the shop removed an item: the lines are rendered again, too.
    if (answer?.kind === 'quote' && answer.quote.cartVersion !== quote.cartVersion) refresh();
  }

  const begin = useEffectEvent((element: HTMLFormElement) => {
    // From here on the page shows errors in its own words, beside the field.
    element.noValidate = true;
    fillIn(element, rememberedTyped());
    const pending = rememberedSubmission();
    if (pending) runner.resume(pending, notRecorded);
    // The browser may have restored a choice, or the shopper chose before the script loaded.
    if (!sameChoice(choiceIn(element), choice)) choose();
  });

  useEffect(() => {
    const element = form.current;
    if (!element) return;
    begin(element);
    const keepTyped = () => rememberTyped(runner.state().phase === 'placed' ? undefined : typedIn(element));
    const onPageShow = (event: PageTransitionEvent) => event.persisted && catchUp();
    window.addEventListener('pagehide', keepTyped);
    window.addEventListener('pageshow', onPageShow);
    return () => {
      keepTyped();
      window.removeEventListener('pagehide', keepTyped);
      window.removeEventListener('pageshow', onPageShow);
    };
  }, [form, runner]);

  const afterRefusal = useEffectEvent(({ code, quote: newer }: Problem) => {
    if (newer) adopt(newer);
    else if (code === 'token_invalid') choose();
    // The server renders lines, stock and prices again; the typed text stays.
    if (['cart_changed', 'cart_empty', 'token_invalid', 'out_of_stock'].includes(code)) refresh();
  });

  useEffect(() => {
    if (state.phase === 'ready' && state.problem) afterRefusal(state.problem);
  }, [state]);

  useEffect(() => {
    if (problem) problemBox.current?.focus();
  }, [problem, problemBox]);

  const locked = isLocked(state);
  useEffect(() => {
    // The focused field can't keep the focus while the form is locked.
    if (locked) button.current?.focus({ preventScroll: true });
  }, [locked, button]);

  // The total that the page has told the shopper in words.
  const told = useRef<string>(undefined);

  /**
   * Whether the page shows the total that would be charged. If other software has edited the amounts,
   * nothing is sent. The page tells the shopper the total first, and a second press orders.
   */
  function isTotalSeen(total: string): boolean {
    if (told.current === total || totalsShown().every((shown) => shown === total)) return true;
    told.current = total;
    refuse({
      code: 'total_edited',
      detail: `This order costs ${total}. Something in your browser shows another amount on this page. Nothing was ordered: press the button again if you want it for ${total}.`,
    });
    return false;
  }

  const noteEdit = (name: string) => setEdits({ of: problem, names: [...edited, name] });

  return {
    runner,
    state,
    quote,
    quoteState,
    problem,
    errors,
    ordered,
    refuse,
    noteEdit,
    choose,
    isTotalSeen,
  };
}

function errorsOf(problem: Problem | undefined, edited: string[]): Record<string, string | undefined> {
  const standing = (problem?.fields ?? []).filter(({ path }) => !edited.includes(path));
  return Object.fromEntries(standing.map(({ path, message }) => [path, sentenceOf(message)]));
}

function choiceIn(form: HTMLFormElement) {
  const data = new FormData(form);
  return {
    shippingMethod: String(data.get(shippingMethodFieldName)),
    country: String(data.get(countryFieldName)),
  };
}
