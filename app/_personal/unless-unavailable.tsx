import type { ReactNode } from 'react';
import { orUnavailable } from '#app/_personal/or-unavailable.ts';
import { Unavailable } from '#components/page/unavailable.tsx';

/** The same for a page that only Next renders. */
export async function unlessUnavailable(address: string, draw: () => Promise<ReactNode>): Promise<ReactNode> {
  const drawn = await orUnavailable(address, async () => ({ kind: 'drawn' as const, node: await draw() }));
  return drawn.kind === 'drawn' ? drawn.node : <Unavailable address={address} />;
}
