import { Prisma } from '#lib/generated/prisma/client.ts';
import type { Tx } from '#lib/platform/database/db.ts';
import type { PricingRules } from '#lib/pricing/rules.ts';

/** One statement, so that the rules and their version are from the same moment. */
export const rulesQuery = Prisma.sql`
  SELECT json_build_object(
    'version', (SELECT version FROM pricing_version),
    'currency', shop.currency,
    'homeCountry', shop.home_country,
    'countries', (
      SELECT coalesce(json_agg(json_build_object('code', code, 'name', name, 'zone', zone,
                                                 'taxBasisPoints', tax_rate.basis_points)
                               ORDER BY name COLLATE "C", code), '[]')
      FROM country LEFT JOIN tax_rate ON tax_rate.country = country.code),
    'shippingMethods', (
      SELECT coalesce(json_agg(json_build_object('id', id, 'label', label, 'deliveryDays',
                                 CASE WHEN min_days IS NOT NULL
                                   THEN json_build_object('min', min_days, 'max', max_days) END)
                               ORDER BY position, id), '[]')
      FROM shipping_method),
    'shippingRates', (
      SELECT coalesce(json_agg(json_build_object('zone', zone, 'method', method, 'priceMinor', price_minor,
                                                 'freeFromMinor', free_from_minor)
                               ORDER BY zone, method), '[]')
      FROM shipping_rate))::text AS rules
  FROM shop`;

export async function readRules(tx: Tx): Promise<PricingRules> {
  const [row] = await tx.$queryRaw<{ rules: string }[]>(rulesQuery);
  if (!row) throw new Error('the table shop has no row, so no price can be computed');
  return JSON.parse(row.rules) as PricingRules;
}
