import { statusWords } from '#components/orders/status/status-words.ts';
import { Badge } from '#components/ui/badge.tsx';
import type { OrderStatus } from '#lib/orders/schema.ts';

export function StatusBadge({ status }: { status: OrderStatus }) {
  const { label, tone } = statusWords(status);
  return <Badge tone={tone}>{label}</Badge>;
}
