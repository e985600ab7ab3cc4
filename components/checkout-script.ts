import { CheckoutPage } from '#components/checkout/checkout-page.tsx';
import { holeAttribute } from '#components/page/page-parts.ts';
import { startPage } from '#components/page/start-page.tsx';
import { endureForeignEdits } from '#components/site/foreign-edits.ts';

/**
 * All script of the checkout on the Node host, in place of Next's (host/pages/frames.ts). Every link of the
 * page loads a document, so a router has nothing to do there.
 */

endureForeignEdits();
const hole = document.querySelector(`[${holeAttribute}]`);
if (hole) startPage(CheckoutPage, hole);
