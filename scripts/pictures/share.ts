import sharp from 'sharp';

/** The size that programs for messages and social networks show at its full width. */
const width = 1200;
const height = 630;

/** The shop's paper, behind a picture with no background of its own. */
const paper = '#faf8f3';

/** A palette of 128 colours: soft shadows stay smooth, and a picture has about 40 KB. */
const png = { palette: true, colours: 128, effort: 10, compressionLevel: 9 };

/**
 * A drawing as a PNG of 1200 × 630: social networks show no SVG. The square drawing is in the middle, and its
 * background goes on to both sides.
 */
export async function sharePicture(svg: string): Promise<Buffer> {
  const side = Math.round((400 * width) / height);
  const left = -Math.round((side - 400) / 2);
  const wide = svg
    .replace('viewBox="0 0 400 400"', `viewBox="${left} 0 ${side} 400" width="${width}" height="${height}"`)
    .replace('M0 0h400v400H0Z', `M${left} 0h${side}v400H${left}Z`);
  return sharp(Buffer.from(wide))
    .resize(width, height, { fit: 'contain', background: paper })
    .flatten({ background: paper })
    .png(png)
    .toBuffer();
}

/** A wide picture, cut to the same size. */
export async function shareCut(svg: string): Promise<Buffer> {
  return sharp(Buffer.from(svg)).resize(width, height, { fit: 'cover' }).png(png).toBuffer();
}

/** The shop's mark as a square PNG. `ground` is its background; without it, there is none. */
export async function iconPng(svg: string, side: number, ground?: string): Promise<Buffer> {
  const margin = ground ? Math.round(side / 8) : 0;
  const inner = await sharp(Buffer.from(svg), { density: 600 })
    .resize(side - 2 * margin, side - 2 * margin)
    .png()
    .toBuffer();
  const background = ground ?? { r: 0, g: 0, b: 0, alpha: 0 };
  const icon = sharp(inner).extend({ top: margin, bottom: margin, left: margin, right: margin, background });
  return (ground ? icon.flatten({ background: ground }) : icon).png({ compressionLevel: 9 }).toBuffer();
}

/** One PNG in the container of `favicon.ico`, which browsers and other programs request by its name. */
export function icoOf(image: Buffer, side: number): Buffer {
  const header = Buffer.alloc(22);
  header.writeUInt16LE(1, 2); // an icon
  header.writeUInt16LE(1, 4); // one image
  header.writeUInt8(side, 6);
  header.writeUInt8(side, 7);
  header.writeUInt16LE(1, 10); // colour planes
  header.writeUInt16LE(32, 12); // bits per pixel
  header.writeUInt32LE(image.length, 14);
  header.writeUInt32LE(header.length, 18);
  return Buffer.concat([header, image]);
}
