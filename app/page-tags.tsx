import { tagPage } from '#app/catalogue-pages.ts';

/**
 * Tags the page that it is rendered on, for Next's cache and, as a `meta` element, for the Node host's
 * (host/pages/cached-page.ts). A slug may have any letter, so the tags are encoded.
 */
export async function PageTags({ tags }: { tags: string[] }) {
  await tagPage(tags);
  return <meta name="cache-tags" content={tags.map(encodeURIComponent).join(' ')} />;
}
