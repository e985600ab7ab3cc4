import { beforeEach } from 'vitest';
import { describeBrowsers } from './doors/browsers.ts';
import { describeNames } from './doors/names.ts';
import { logOf, type OpenShop } from './doors/open-shop.ts';
import { describeRequests } from './doors/requests.ts';

/** How server.ts handles unusual requests. `exposed` is a shop in production. */
export function describeDoors({
  exposed,
  local,
  proxied,
}: Record<'exposed' | 'local' | 'proxied', OpenShop>): void {
  /** The production shop's log before the test. */
  let before = '';
  beforeEach(() => {
    before = logOf(exposed);
  });
  const logged = () => logOf(exposed).slice(before.length);

  describeRequests({ exposed, local, logged });
  describeNames({ exposed, local, proxied });
  describeBrowsers({ exposed, logged });
}
