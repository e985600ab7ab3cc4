import { statusWords } from '#components/orders/status/status-words.ts';
import { Badge } from '#components/ui/badge.tsx';
import type { OrderStatus } from '#lib/orders/schema.ts';

/** The status in a few words. A dispute of the payment matters more than that it was paid or sent. */
export function StatusBadge({ status, disputed }: { status: OrderStatus; disputed: boolean }) {
  const { label, tone } = statusWords(status);
  if (disputed && (status === 'paid' || status === 'fulfilled')) {
    return <Badge tone="caution">Payment disputed</Badge>;
  }
  return <Badge tone={tone}>{label}</Badge>;
}
