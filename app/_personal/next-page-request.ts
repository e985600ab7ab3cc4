import { cookies, headers } from 'next/headers';
import type { PageRequest } from '#app/_personal/page-request.ts';
import { frameHeader, isFrameRequest } from '#lib/platform/http/internal-call.ts';

interface Props {
  params?: Promise<Record<string, string | string[] | undefined>>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

/** The request of a page that Next renders, or undefined when the host asks for the page's frame. */
export async function nextPageRequest({ params, searchParams }: Props): Promise<PageRequest | undefined> {
  if (isFrameRequest((await headers()).get(frameHeader))) return undefined;
  const jar = await cookies();
  return {
    cookie: (name) => jar.get(name)?.value,
    query: firstOfEach(await searchParams),
    params: firstOfEach((await params) ?? {}),
  };
}

const firstOfEach = (given: Record<string, string | string[] | undefined>) =>
  Object.fromEntries(Object.entries(given).map(([name, value]) => [name, [value].flat()[0]]));
