import type { PricingRules } from '#lib/pricing/rules.ts';

/** For tests: the rules of a new shop, as the migration inserts them (tests/database/pricing-rules.test.ts). */
export const firstRules: PricingRules = {
  version: 1,
  currency: 'USD',
  homeCountry: 'US',
  countries: [
    { code: 'AU', name: 'Australia', zone: 'abroad', taxBasisPoints: 1_000 },
    { code: 'AT', name: 'Austria', zone: 'abroad', taxBasisPoints: 2_000 },
    { code: 'BE', name: 'Belgium', zone: 'abroad', taxBasisPoints: 2_100 },
    { code: 'CA', name: 'Canada', zone: 'abroad', taxBasisPoints: 500 },
    { code: 'CN', name: 'China', zone: 'abroad', taxBasisPoints: 1_300 },
    { code: 'DK', name: 'Denmark', zone: 'abroad', taxBasisPoints: 2_500 },
    { code: 'FR', name: 'France', zone: 'abroad', taxBasisPoints: 2_000 },
    { code: 'DE', name: 'Germany', zone: 'abroad', taxBasisPoints: 1_900 },
    { code: 'HK', name: 'Hong Kong', zone: 'abroad', taxBasisPoints: 0 },
    { code: 'IE', name: 'Ireland', zone: 'abroad', taxBasisPoints: 2_300 },
    { code: 'IT', name: 'Italy', zone: 'abroad', taxBasisPoints: 2_200 },
    { code: 'JP', name: 'Japan', zone: 'abroad', taxBasisPoints: 1_000 },
    { code: 'NL', name: 'Netherlands', zone: 'abroad', taxBasisPoints: 2_100 },
    { code: 'NZ', name: 'New Zealand', zone: 'abroad', taxBasisPoints: 1_500 },
    { code: 'SG', name: 'Singapore', zone: 'abroad', taxBasisPoints: 900 },
    { code: 'ES', name: 'Spain', zone: 'abroad', taxBasisPoints: 2_100 },
    { code: 'SE', name: 'Sweden', zone: 'abroad', taxBasisPoints: 2_500 },
    { code: 'CH', name: 'Switzerland', zone: 'abroad', taxBasisPoints: 810 },
    { code: 'GB', name: 'United Kingdom', zone: 'abroad', taxBasisPoints: 2_000 },
    { code: 'US', name: 'United States', zone: 'domestic', taxBasisPoints: 0 },
  ],
  shippingMethods: [
    { id: 'standard', label: 'Standard, 3–5 working days', deliveryDays: { min: 3, max: 5 } },
    { id: 'express', label: 'Express, 1–2 working days', deliveryDays: { min: 1, max: 2 } },
  ],
  shippingRates: [
    { zone: 'abroad', method: 'express', priceMinor: 3_499, freeFromMinor: null },
    { zone: 'abroad', method: 'standard', priceMinor: 1_499, freeFromMinor: null },
    { zone: 'domestic', method: 'express', priceMinor: 1_299, freeFromMinor: null },
    { zone: 'domestic', method: 'standard', priceMinor: 499, freeFromMinor: 7_500 },
  ],
};
