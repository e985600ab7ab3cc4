import { ProductPicture } from '#components/catalogue/product-picture.tsx';
import { cn } from '#components/ui/cn.ts';
import { Price } from '#components/ui/price.tsx';
import { TextLink } from '#components/ui/text-link.tsx';

export interface OrderLine {
  sku: string;
  title: string;
  quantity: number;
  unitPriceMinor: number;
  /** The product's page, while the shop has one. */
  href?: string | undefined;
  image?: string | undefined;
  /** Units in stock, where that still matters. */
  available?: number | undefined;
}

/** The order lines: picture, title, quantity, price. */
export function OrderLines({
  lines,
  currency,
  className,
}: {
  lines: OrderLine[];
  currency: string;
  className?: string;
}) {
  return (
    <ul className={cn('divide-y divide-line', className)}>
      {lines.map((line) => (
        <li key={line.sku} className="flex flex-wrap gap-4 py-4 first:pt-0 last:pb-0 print:py-1.5">
          {line.image ? (
            <ProductPicture image={line.image} alt="" className="size-16 shrink-0 rounded-md! print:hidden" />
          ) : (
            <div aria-hidden className="size-16 shrink-0 rounded-md bg-well print:hidden" />
          )}
          <div className="min-w-0 flex-1 basis-36">
            <div className="flex flex-wrap items-baseline justify-between gap-x-4">
              <p className="min-w-0 flex-1 basis-20 font-medium wrap-anywhere">
                {line.href ? (
                  <TextLink href={line.href} className="text-ink! no-underline! hover:underline!">
                    {line.title}
                  </TextLink>
                ) : (
                  line.title
                )}
              </p>
              <Price minor={line.unitPriceMinor * line.quantity} currency={currency} />
            </div>
            <p className="figures text-sm text-muted">
              {line.quantity} × <Price minor={line.unitPriceMinor} currency={currency} />
            </p>
            <Shortage line={line} />
          </div>
        </li>
      ))}
    </ul>
  );
}

function Shortage({ line: { available, quantity } }: { line: OrderLine }) {
  if (available === undefined || available >= quantity) return null;
  return (
    <p className="mt-1 text-sm font-medium text-bad">
      {available === 0 ? 'Sold out.' : `Only ${available} left.`}{' '}
      <TextLink href="/cart" className="text-bad!">
        Change it in the cart
      </TextLink>
    </p>
  );
}
