import { Alert } from '#components/ui/alert.tsx';

/** The outcome of "Buy again". */
export interface Again {
  /** Whether any item of the order is in the cart now. */
  isAdded: boolean;
  /** The items of which the order had more than there are in stock. */
  short: { title: string; isSoldOut: boolean }[];
  /** Whether the shop no longer sells one of its items. The page names it among the removed items. */
  isOneGone: boolean;
}

/** Says what of an earlier order is in the cart, and what is not. */
export function AgainNews({ isAdded, short, isOneGone }: Again) {
  const isComplete = isAdded && short.length === 0 && !isOneGone;
  return (
    <Alert
      tone={isComplete ? 'good' : 'caution'}
      role="status"
      className="mb-6"
      title={isAdded ? titleOf(isComplete) : 'Nothing could be added to your cart'}
    >
      {short.length > 0 ? (
        <ul>
          {short.map(({ title, isSoldOut }) => (
            <li key={title}>{`${title}: ${isSoldOut ? 'sold out' : 'fewer in stock than you ordered'}.`}</li>
          ))}
        </ul>
      ) : null}
    </Alert>
  );
}

const titleOf = (isComplete: boolean): string =>
  isComplete ? 'The items of your order are in your cart' : 'Not everything could be added to your cart';
