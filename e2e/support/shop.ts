import { type BrowserContext, expect, type Locator, type Page } from '@playwright/test';
import type { CheckoutFieldName } from '#lib/checkout/checkout-fields.ts';

interface ProductAnswer {
  slug: string;
  title: string;
  variants: { sku: string; title: string; priceMinor: number; available: number }[];
}

export interface Goods {
  sku: string;
  slug: string;
  title: string;
  available: number;
}

type CheckoutTexts = Partial<Record<CheckoutFieldName, string>>;

/** The typed texts of a complete and valid checkout form. */
export const typedTexts = {
  email: 'ada@example.com',
  'shippingAddress.name': 'Ada Lovelace',
  'shippingAddress.line1': '12 St James Square',
  'shippingAddress.city': 'San Francisco',
  'shippingAddress.region': 'CA',
  'shippingAddress.postalCode': '94107',
} satisfies CheckoutTexts;

/**
 * A test's actions in the shop, other than viewing pages. It acts as one shopper, identified by the
 * page's cookies.
 */
export class Shop {
  readonly page: Page;
  readonly context: BrowserContext;

  constructor(page: Page) {
    this.page = page;
    this.context = page.context();
  }

  /** The button that places the order: "Place order" on invoice, "Pay" by card. */
  get placeOrder(): Locator {
    return this.page.getByRole('button', { name: /^(Place order|Pay) / });
  }

  /** The same button in any state. */
  get submitButton(): Locator {
    return this.page.locator('form[action="/api/orders"] button[type=submit]:not([tabindex])').last();
  }

  /** Returns items with plenty of stock, always the same ones, so that tests don't sell each other out. */
  async goods(): Promise<Goods[]> {
    const answer = await this.context.request.get('/api/products?limit=100');
    const { products } = (await answer.json()) as { products: ProductAnswer[] };
    return products.flatMap(({ slug, title, variants }) =>
      variants
        .filter(({ available }) => available >= 20)
        .slice(0, 1)
        .map(({ sku, available }) => ({ sku, slug, title, available })),
    );
  }

  /**
   * Returns an item with a single variant whose stock fits in one line. `nth` gives each parallel test
   * its own item. It counts from the end, where no other test buys.
   */
  async scarce(nth: number): Promise<Goods> {
    const answer = await this.context.request.get('/api/products?limit=100');
    const { products } = (await answer.json()) as { products: ProductAnswer[] };
    const single = products.filter(({ variants }) => variants.length === 1);
    const { slug, title, variants: [variant] = [] } = single.at(-1 - nth) ?? {};
    if (!slug || !title || !variant) throw new Error(`there is no ${nth}th product of one variant`);
    expect(variant.available).toBeGreaterThan(0);
    return { sku: variant.sku, slug, title, available: variant.available };
  }

  async setLine(sku: string, quantity: number): Promise<void> {
    const answer = await this.context.request.put(`/api/cart/lines/${sku}`, { data: { quantity } });
    expect(answer.ok(), await answer.text()).toBe(true);
  }

  /** Adds `count` different items to the cart, starting with item `first` of the catalogue. */
  async fillCart({ count = 2, first = 0 } = {}): Promise<Goods[]> {
    await this.context.request.get('/api/cart');
    const chosen = (await this.goods()).slice(first, first + count);
    for (const { sku } of chosen) await this.setLine(sku, 1);
    return chosen;
  }

  /**
   * Fills the form, on invoice unless a test card is given: most tests are about the order and not
   * about its payment.
   */
  async fillForm(values: CheckoutTexts = {}, card?: string): Promise<void> {
    for (const [name, value] of Object.entries({ ...typedTexts, ...values }))
      await this.field(name as CheckoutFieldName).fill(value);
    await this.field('payment.method')
      .and(this.page.locator(`[value="${card ? 'card' : 'invoice'}"]`))
      .check();
    if (card) await this.chooseCard(card);
  }

  /** Chooses a test card by its token, at the checkout or on the page of a declined order. */
  async chooseCard(token: string): Promise<void> {
    await this.page.getByLabel('Test card').selectOption(token);
  }

  field(name: CheckoutFieldName): Locator {
    return this.page.locator(`[name="${name}"]`);
  }

  /** Opens a checkout that is ready for the press of its button, with its script running. */
  async readyToOrder({
    card,
    ...goods
  }: {
    count?: number;
    first?: number;
    card?: string;
  } = {}): Promise<void> {
    await this.fillCart(goods);
    await this.openCheckout();
    await this.fillForm({}, card);
  }

  /**
   * Opens the checkout and waits for its script, which turns off the browser's own validation when it
   * takes over.
   */
  async openCheckout(): Promise<void> {
    await this.page.goto('/checkout', { waitUntil: 'domcontentloaded' });
    await expect(this.page.locator('form[action="/api/orders"]')).toHaveAttribute('novalidate', '');
  }

  /** Orders the cart through the API, without any page. Returns the order's path. */
  async orderFromElsewhere({ payment = { method: 'invoice' } as object } = {}): Promise<string> {
    const quote = await (await this.context.request.get('/api/checkout')).json();
    const { submitToken, cartId, cartVersion, totalMinor, currency } = quote;
    const typed = Object.entries(typedTexts).map(([name, value]) => [name.split('.').at(-1), value]);
    const { email, ...shippingAddress } = Object.fromEntries(typed);
    const answer = await this.context.request.post('/api/orders', {
      headers: { 'idempotency-key': submitToken },
      data: {
        submitToken,
        cartId,
        cartVersion,
        totalMinor,
        currency,
        email,
        shippingMethod: 'standard',
        shippingAddress: { ...shippingAddress, country: 'US' },
        payment,
      },
    });
    expect(answer.status(), await answer.text()).toBe(201);
    return (await answer.json()).order.url;
  }

  /** Cancels an order through the API, without any page. */
  async cancelFromElsewhere(orderPath: string): Promise<void> {
    const answer = await this.context.request.post(`/api${orderPath}/cancel`);
    expect(answer.ok(), await answer.text()).toBe(true);
  }

  /** The shopper's orders from the API. */
  async orders(): Promise<{ id: string; number: string; status: string; totalMinor: number }[]> {
    const answer = await this.context.request.get('/api/orders');
    expect(answer.ok(), await answer.text()).toBe(true);
    return ((await answer.json()) as { orders: never[] }).orders;
  }

  /** Expects that the browser shows this shopper's only order. Returns its path. */
  async expectOneOrderShown(page: Page = this.page): Promise<string> {
    // Not waitForURL, which fails when one navigation replaces another.
    await expect(page).toHaveURL(/\/orders\/[0-9a-f-]{36}$/, { timeout: 30_000 });
    const orders = await this.orders();
    expect(orders).toHaveLength(1);
    const [order] = orders;
    expect(new URL(page.url()).pathname).toBe(`/orders/${order?.id}`);
    await expect(page.getByRole('main')).toContainText(`Order ${order?.number}`);
    return `/orders/${order?.id}`;
  }
}
