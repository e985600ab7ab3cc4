import { Alert } from '#components/ui/alert.tsx';
import type { CartRemoval } from '#lib/cart/schema.ts';

/** Says what is not in the cart any more because the shop no longer sells it. */
export function RemovedNotice({
  removed,
  className,
}: {
  removed: CartRemoval[];
  className?: string | undefined;
}) {
  if (removed.length === 0) return null;
  return (
    <Alert role="status" tone="caution" title="Removed from your cart" className={className}>
      <ul>
        {removed.map(({ sku, title }) => (
          <li key={sku}>{`${title || 'A product'}: the shop does not sell it any more.`}</li>
        ))}
      </ul>
    </Alert>
  );
}
