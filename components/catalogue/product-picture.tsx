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
  /** For a page's one large picture. A list's pictures stay lazy. */
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
