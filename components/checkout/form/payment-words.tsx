import type { ReactNode } from 'react';

/**
 * Texts that differ between card and invoice. CSS shows the one for the chosen radio button, as in
 * `PaymentMethods`. So the button's text is right before the script loads, and hidden text is not part
 * of its accessible name. The CSS group is the checkout's form.
 */
export function ForCard({ children }: { children: ReactNode }) {
  return <span className="hidden group-has-[[value=card]:checked]/checkout:inline">{children}</span>;
}

export function ForInvoice({ children }: { children: ReactNode }) {
  return <span className="group-has-[[value=card]:checked]/checkout:hidden">{children}</span>;
}
