import type { ReactNode } from 'react';

/**
 * What the form says differently for a card and for an invoice. Style shows the one that fits the
 * chosen radio, as in `PaymentMethods`: the button's words are right before the script is there, and
 * what isn't shown is in no button's name. The group is the checkout's form.
 */
export function ForCard({ children }: { children: ReactNode }) {
  return <span className="hidden group-has-[[value=card]:checked]/checkout:inline">{children}</span>;
}

export function ForInvoice({ children }: { children: ReactNode }) {
  return <span className="group-has-[[value=card]:checked]/checkout:hidden">{children}</span>;
}
