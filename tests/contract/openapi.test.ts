import { expect, test } from 'vitest';
import { db } from '#lib/platform/database/db.ts';
import { takeProcessWide } from '#lib/platform/process-wide.ts';
import { callHandlers } from '#proof/harness/shopper/call.ts';
import { takeAway } from '#tests/support/services/database.ts';
import { openTestShop } from '#tests/support/shop/test-shop.ts';

const shop = await openTestShop();

interface Parameter {
  name: string;
  schema: { type: string; enum?: string[]; examples?: string[] };
}

/** The document's fields for what an owner may change without a release. */
async function offeredFields() {
  // Otherwise the rules may be two seconds old.
  takeProcessWide('pricingRules');
  const response = await callHandlers('/api/openapi.json');
  expect(response.status).toBe(200);
  const { paths, components } = await response.json();
  const { shippingMethod, shippingAddress } = components.schemas.Submission.properties;
  const query: Parameter[] = paths['/api/checkout'].get.parameters;
  const schemaOf = (wanted: string) => query.find(({ name }) => name === wanted)?.schema;
  return {
    methods: [schemaOf('shippingMethod'), shippingMethod],
    countries: [schemaOf('country'), shippingAddress.properties.country],
  };
}

test('the document gives the countries and shipping methods of the moment as examples, not as the only values', async () => {
  await db().$executeRaw`INSERT INTO country (code, name, zone) VALUES ('BR', 'Brazil', 'abroad')`;
  await db().$executeRaw`INSERT INTO tax_rate (country, basis_points) VALUES ('BR', 0)`;
  await db().$executeRaw`DELETE FROM shipping_rate WHERE method = 'express'`;
  const { methods, countries } = await offeredFields();
  for (const field of [...methods, ...countries]) {
    expect(field).toMatchObject({ type: 'string' });
    expect(field).not.toHaveProperty('enum');
  }
  for (const { examples } of methods) expect(examples).toEqual(['standard']);
  for (const { examples } of countries) expect(examples).toEqual(expect.arrayContaining(['US', 'BR']));
});

test('while the database is away, the document is served without these examples', async () => {
  const { giveBack } = await takeAway(shop.databaseUrl);
  try {
    const { methods, countries } = await offeredFields();
    for (const field of [...methods, ...countries]) expect(field).not.toHaveProperty('examples');
  } finally {
    await giveBack();
  }
});
