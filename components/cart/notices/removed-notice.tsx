import { Alert } from '#components/ui/alert.tsx';
import type { CartRemoval } from '#lib/cart/schema.ts';

/** Lists the items that were removed from the cart because the shop no longer sells them. */
export function RemovedNotice({
  removed,
  className,
}: {
  removed: CartRemoval[];
  className?: string | undefined;
}) {
  if (removed.length === 0) return null;
  return (
    <Alert role="status" tone="caution" title="No longer sold" className={className}>
      <ul>
        {removed.map(({ sku, title }) => (
          <li key={sku}>{title || 'A product'}</li>
        ))}
      </ul>
    </Alert>
  );
}
