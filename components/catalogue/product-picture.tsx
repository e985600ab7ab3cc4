import { cn } from '#components/ui/cn.ts';

/**
 * A product's square picture. The pictures are small vector files that fit every screen size, so they
 * need no image optimization.
 */
export function ProductPicture({
  image,
  alt,
  eager,
  className,
}: {
  image: string;
  /** Empty if the title is next to the picture. */
  alt: string;
  /** For pictures of the first screen. The others stay lazy. */
  eager?: boolean | undefined;
  className?: string;
}) {
  return (
    <div
      className={cn(
        'aspect-square overflow-hidden rounded-lg bg-well',
        // Browsers load a lazy picture several screens ahead. Of a skipped box, they load it one screen ahead.
        !eager && '[content-visibility:auto]',
        className,
      )}
    >
      <img
        src={image}
        alt={alt}
        width={800}
        height={800}
        loading={eager ? 'eager' : 'lazy'}
        fetchPriority={eager ? 'high' : 'auto'}
        decoding="async"
        className="size-full object-cover picture-tone"
      />
    </div>
  );
}
