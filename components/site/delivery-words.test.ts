import { expect, test } from 'vitest';
import { deliveryWords, freeDelivery } from '#components/site/delivery-words.ts';
import { deliveryFactsOf } from '#lib/pricing/delivery-facts.ts';
import { firstRules } from '#lib/pricing/rules-samples.ts';

const facts = deliveryFactsOf(firstRules);

test('pages name the shipping prices of the home country', () => {
  expect(deliveryWords(facts)).toBe(
    '$4.99 in the United States, free from $75.00. Standard, 3–5 working days. Express, 1–2 working days.',
  );
  expect(freeDelivery(facts)).toEqual({
    words: 'standard delivery in the United States',
    fromMinor: 7_500,
  });
});

test('a shop without free shipping promises none', () => {
  const abroad = deliveryFactsOf({ ...firstRules, homeCountry: 'DE' });
  expect(deliveryWords(abroad)).toMatch(/^\$14\.99 in Germany\. Standard/);
  expect(freeDelivery(abroad)).toBeUndefined();
});
