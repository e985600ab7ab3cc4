/** The name of the preview of a drawing, which social networks show: they show no SVG. */
export const shareName = (drawing: string) => `${drawing}-1200x630.png`;

/** The picture of pages that have none of their own. */
const ofTheShop = { url: '/share.png', width: 1200, height: 630, type: 'image/png' };

interface SharePicture {
  url: string;
  width?: number;
  height?: number;
  type?: string;
  alt?: string;
}

/**
 * The picture with which other sites show a page. That of a drawing is a PNG beside it, which
 * `npm run pictures` writes; a photograph is shown as it is. Without an image, that of the shop.
 */
export function sharePicture(image?: string, alt?: string): SharePicture {
  const drawing = image && /^(.*)\.svg$/.exec(image)?.[1];
  if (drawing) return { ...ofTheShop, url: shareName(drawing), ...(alt && { alt }) };
  return image ? { url: image, ...(alt && { alt }) } : ofTheShop;
}

interface Shared {
  title: string;
  description: string;
  image?: string;
}

/** What other sites show of a page. Next does not merge it with that of the layout, so it is complete. */
export function shareMetadata({ title, description, image }: Shared) {
  const pictures = [sharePicture(image, title)];
  return {
    openGraph: {
      siteName: 'Once',
      type: 'website' as const,
      locale: 'en_US',
      title,
      description,
      images: pictures,
    },
    twitter: { card: 'summary_large_image' as const },
  };
}
