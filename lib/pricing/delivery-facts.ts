import { type PricingRules, termsOf } from '#lib/pricing/rules.ts';
import { countryInSentence } from '#lib/shipping/country-name.ts';

/** What pages say about shipping before the checkout: the prices in the shop's own country. */
export interface DeliveryFacts {
  /** As in the sentence "delivery in the United States". */
  country: string;
  currency: string;
  methods: { label: string; priceMinor: number; freeFromMinor: number | null }[];
}

export function deliveryFactsOf(rules: PricingRules): DeliveryFacts {
  const { homeCountry, countries, currency, shippingMethods } = rules;
  const name = countries.find(({ code }) => code === homeCountry)?.name ?? homeCountry;
  return {
    country: countryInSentence(name),
    currency,
    methods: shippingMethods.flatMap(({ id, label }) => {
      const rate = termsOf(rules, id, homeCountry)?.rate;
      return rate ? [{ label, priceMinor: rate.priceMinor, freeFromMinor: rate.freeFromMinor }] : [];
    }),
  };
}
