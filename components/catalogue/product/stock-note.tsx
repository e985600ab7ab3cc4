import { stockState, stockText } from '#components/catalogue/stock.ts';
import { cn } from '#components/ui/cn.ts';

const tones = { in: 'text-good', few: 'text-caution', out: 'text-muted' };

/** A variant's stock in words, coloured by its meaning for the shopper. */
export function StockNote({ available, className }: { available: number; className?: string }) {
  return (
    <span className={cn('font-medium', tones[stockState(available)], className)}>{stockText(available)}</span>
  );
}
