import { cn } from '#components/ui/cn.ts';

/**
 * A product's square picture in its well. The pictures are small vector files, the same for every
 * size of screen, so there is nothing for an image service to do.
 */
export function ProductPicture({
  image,
  alt,
  eager,
  className,
}: {
  image: string;
  /** Empty where the title stands beside the picture. */
  alt: string;
  /** For a page's one large picture. A list's stay lazy: React has eager ones fetched with every prefetched link. */
  eager?: boolean;
  className?: string;
}) {
  return (
    <div className={cn('aspect-square overflow-hidden rounded-lg bg-well', className)}>
      <img
        src={image}
        alt={alt}
        width={800}
        height={800}
        loading={eager ? 'eager' : 'lazy'}
        fetchPriority={eager ? 'high' : 'auto'}
        decoding="async"
        className="size-full object-cover dark:brightness-90"
      />
    </div>
  );
}
