import { ProductPicture } from '#components/catalogue/product-picture.tsx';
import { BuyAgain } from '#components/orders/actions/buy-again.tsx';
import { canBuyAgain } from '#components/orders/actions/can-buy-again.ts';
import { StatusBadge } from '#components/orders/status/status-badge.tsx';
import { Price } from '#components/ui/price.tsx';
import type { OrderStatus } from '#lib/orders/schema.ts';

/** An order in the list of orders. */
export interface OrderRowView {
  id: string;
  number: string;
  status: OrderStatus;
  disputed: boolean;
  currency: string;
  totalMinor: number;
  /** ISO 8601, and the day in words. */
  placedAt: string;
  placedOn: string;
  /** When it should arrive; undefined when the shop can't tell. */
  arrival: string | undefined;
  lines: { sku: string; title: string; quantity: number; image: string | undefined }[];
}

const maxPictures = 4;
const maxTitles = 2;

export function OrderRow({ order }: { order: OrderRowView }) {
  const { id, number, status, disputed, currency, totalMinor, placedAt, placedOn, arrival, lines } = order;
  return (
    <li className="relative grid gap-4 rounded-lg border border-line bg-raised p-5 transition-colors hover:border-accent">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <StatusBadge status={status} disputed={disputed} />
          {arrival ? <p className="font-medium">Estimated delivery {arrival}</p> : null}
        </div>
        <Price minor={totalMinor} currency={currency} className="text-lg font-semibold" />
      </div>
      <Pictures lines={lines} />
      <div>
        <h2 className="text-lg">
          {/* The whole row is the link's click area. */}
          <a href={`/orders/${id}`} className="after:absolute after:inset-0 after:rounded-lg">
            {namesOf(lines)}
          </a>
        </h2>
        <p className="mt-1 text-muted">
          Order <span className="figures whitespace-nowrap">{number}</span>,{' '}
          <time dateTime={placedAt}>{placedOn}</time>
        </p>
      </div>
      {canBuyAgain(status) ? (
        <div className="relative justify-self-start">
          <BuyAgain orderId={id} label={number} />
        </div>
      ) : null}
    </li>
  );
}

function Pictures({ lines }: Pick<OrderRowView, 'lines'>) {
  const more = lines.length - maxPictures;
  return (
    <div className="flex flex-wrap items-center gap-2">
      {lines
        .slice(0, maxPictures)
        .map(({ sku, image }) =>
          image ? (
            <ProductPicture key={sku} image={image} alt="" className="size-16 rounded-md!" />
          ) : (
            <div key={sku} aria-hidden className="size-16 rounded-md bg-well" />
          ),
        )}
      {more > 0 ? (
        <span aria-hidden className="figures px-1 text-muted">
          +{more}
        </span>
      ) : null}
    </div>
  );
}

/** `2 × Chalk Mug, Steel Pan and 3 more`. */
function namesOf(lines: OrderRowView['lines']): string {
  const names = lines
    .slice(0, maxTitles)
    .map(({ title, quantity }) => (quantity > 1 ? `${quantity} × ${title}` : title));
  const more = lines.length - names.length;
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
