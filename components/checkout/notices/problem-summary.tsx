'use client';

import type { Ref } from 'react';
import { isShownField, labelOf } from '#components/checkout/form/checkout-fields.ts';
import { sentenceOf } from '#components/checkout/form/form-data.ts';
import type { Problem } from '#components/checkout/submission/submission-machine.ts';
import { Alert } from '#components/ui/alert.tsx';
import { Button } from '#components/ui/form/button.tsx';
import { TextLink } from '#components/ui/text-link.tsx';

/**
 * Says above the form why the order was not placed, and what to do next. Takes the focus, with
 * `autoFocus` if there is no JavaScript to move it.
 */
export function ProblemSummary({
  problem,
  titles,
  ref,
}: {
  problem: Problem;
  /** The titles of the cart's items, by sku. */
  titles: Record<string, string>;
  ref: Ref<HTMLDivElement>;
}) {
  return (
    <Alert
      ref={ref}
      tabIndex={-1}
      autoFocus
      role="group"
      tone={toneOf(problem.code)}
      aria-label={titleOf(problem.code)}
      title={titleOf(problem.code)}
    >
      <div className="mt-1 grid gap-2">
        <Explanation problem={problem} titles={titles} />
      </div>
    </Alert>
  );
}

function Explanation({ problem, titles }: { problem: Problem; titles: Record<string, string> }) {
  switch (problem.code) {
    case 'invalid_request':
      return <FieldList problem={problem} />;
    case 'cart_changed':
    case 'token_invalid':
      return (
        <p>
          Nothing was ordered. The total below is the new one: please check it and place your order again.
        </p>
      );
    case 'out_of_stock':
      return <Shortages problem={problem} titles={titles} />;
    case 'possible_duplicate':
      return <Duplicate problem={problem} />;
    case 'session_required':
      return (
        <p>
          The shop keeps your cart in a cookie, and your browser did not send it. Allow cookies for this site,
          then load this page again. Nothing was ordered.
        </p>
      );
    case 'in_progress':
      return (
        <p>
          We have received it, but it is not placed yet. Place it again in a moment. You get one order,
          however often you place it.
        </p>
      );
    case 'key_reused':
      return (
        <p>
          This checkout was sent before with other details. Check{' '}
          <TextLink href="/orders">your orders</TextLink> to see whether it is there. If it is not, load this
          page again and place it.
        </p>
      );
    case 'rate_limited':
    case 'overloaded':
    case 'unavailable':
      return (
        <p>
          Your order could not be taken just now, and everything you typed is still here. Please place it
          again in a minute; it cannot be placed twice.
        </p>
      );
    default:
      return <p>{sentenceOf(problem.detail)}</p>;
  }
}

function FieldList({ problem: { fields = [], detail } }: { problem: Problem }) {
  if (fields.length === 0) return <p>{sentenceOf(detail)}</p>;
  return (
    <>
      <p>Nothing was ordered, and everything you typed is still here.</p>
      <ul className="grid gap-1">
        {fields.map(({ path, message }) => (
          <li key={path}>
            {isShownField(path) ? (
              <a href={`#${path}`} className="font-medium text-bad underline underline-offset-4">
                {namedSentenceOf(path, message)}
              </a>
            ) : (
              namedSentenceOf(path, message)
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

/**
 * Names the field in a message. "Enter the postal code." already names it; other messages get the
 * field's name in front.
 */
function namedSentenceOf(path: string, message: string): string {
  return /^(enter|choose) /i.test(message) ? sentenceOf(message) : `${labelOf(path)}: ${message}`;
}

function Shortages({
  problem: { items = [] },
  titles,
}: {
  problem: Problem;
  titles: Record<string, string>;
}) {
  return (
    <>
      <ul className="grid gap-1">
        {items.map(({ sku, requested, available }) => (
          <li key={sku}>
            <strong className="font-semibold">{titles[sku] ?? sku}</strong>:{' '}
            {available === 0
              ? 'sold out while you were checking out.'
              : `you asked for ${requested}, ${available} ${available === 1 ? 'is' : 'are'} left.`}
          </li>
        ))}
      </ul>
      <p>
        Nothing was ordered. <TextLink href="/cart">Change your cart</TextLink>, then come back: what you
        typed is kept.
      </p>
    </>
  );
}

function Duplicate({ problem: { order, detail } }: { problem: Problem }) {
  return (
    <>
      <p>{sentenceOf(detail)}</p>
      <p className="flex flex-wrap items-center gap-x-6 gap-y-2">
        <Button variant="secondary" name="confirmDuplicate" value="true">
          Order it again anyway
        </Button>
        {order ? <TextLink href={order.url}>See the earlier order</TextLink> : null}
      </p>
    </>
  );
}

export function titleOf(code: string): string {
  switch (code) {
    case 'invalid_request':
      return 'Please check these details';
    case 'cart_changed':
    case 'token_invalid':
      return 'Your cart or its total changed';
    case 'out_of_stock':
      return 'Not enough in stock';
    case 'possible_duplicate':
      return 'Did you mean to order this twice?';
    case 'in_progress':
      return 'We are working on your order';
    case 'rate_limited':
      return 'Too many orders in a short time';
    case 'overloaded':
    case 'unavailable':
      return 'The shop is very busy';
    case 'total_edited':
      return 'Please check the total';
    case 'not_recorded':
      return 'We have no record of your order';
    case 'session_required':
      return 'We need a cookie to know your cart';
    default:
      return 'Your order was not placed';
  }
}

function toneOf(code: string): 'bad' | 'caution' | 'info' {
  if (code === 'in_progress') return 'info';
  const askable = [
    'cart_changed',
    'token_invalid',
    'possible_duplicate',
    'rate_limited',
    'overloaded',
    'not_recorded',
    'total_edited',
  ];
  return askable.includes(code) ? 'caution' : 'bad';
}
